"""How every verb speaks: the two consoles, what an option looks like, how a refusal ends.

What is said stands in the verbs; nothing here knows one of them.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

# Where nobody looks at a terminal, lines are as long as they are.
out = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
err = Console(stderr=True, highlight=False)

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for another program.")]


class Refused(typer.Exit):
    """Say why, a sentence a line, and leave with status 1."""

    def __init__(self, *sentences: str) -> None:
        for sentence in sentences:
            err.print(f"[red]✗[/] {escape(sentence)}", soft_wrap=True)
        super().__init__(code=1)


@contextmanager
def refusing(*mistakes: type[Exception]) -> Iterator[None]:
    """What a person did wrong ends in its sentence; everything else is a fault of the program and shows its trace."""
    try:
        yield
    except mistakes as mistake:
        raise Refused(str(mistake)) from mistake


def print_json(value: Any) -> None:
    """For another program: on standard output, and nothing else there."""
    print(json.dumps(value, ensure_ascii=False, default=str, indent=2))  # noqa: T201


def plain(value: Any) -> str:
    """A value as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
