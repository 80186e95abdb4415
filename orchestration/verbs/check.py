"""`crm check`: an export, before anything of it is loaded."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from orchestration.settings import settings
from orchestration.verbs.terminal import AsJson, Refused, out, plain, print_json


def check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    contract: Annotated[str | None, typer.Option(help="SYSTEM/FEED, when the name alone does not tell.")] = None,
    as_json: AsJson = False,
) -> None:
    """What an export looks like before anything is loaded: contract, encoding, rows kept and refused."""
    from orchestration.ingestion.check import UnknownExportError, look_at

    try:
        found = look_at(file, contract, settings())
    except UnknownExportError as error:
        if error.draft:
            out.print(escape(error.draft), soft_wrap=True)
        raise Refused(str(error)) from error
    if as_json:
        return print_json(found)
    table = Table(show_header=False, box=None)
    for name, value in found.items():
        if value not in ("", []):
            table.add_row(name.replace("_", " "), escape(plain(value)))
    out.print(table)
    if found["refused"] or found["rows_quarantined"]:
        raise typer.Exit(1)
