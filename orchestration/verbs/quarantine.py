"""`crm quarantine list|show|retry`: what was set aside, and having it back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from orchestration.settings import settings
from orchestration.verbs.run import run
from orchestration.verbs.terminal import AsJson, Refused, out, print_json

quarantine = typer.Typer(no_args_is_help=True, help="What was set aside, and having it back.")


@quarantine.command("list")
def quarantine_list(as_json: AsJson = False) -> None:
    """What is set aside in the published version: how many rows, of which file, for which reason."""
    from orchestration.ingestion.quarantine import waiting

    with _published_core() as connection:
        found = waiting(connection)
    if as_json:
        return print_json([asdict(one) for one in found])
    table = Table(box=None)
    for name in ("file", "feed", "delivered", "name", "rule", "column", "rows", "first row"):
        table.add_column(name)
    for one in found:
        cells = (one.file_id, one.feed, one.delivery_date, one.file_name, one.rule, one.column, one.rows, one.first_row)
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in cells))
    out.print(table if found else "Nothing is set aside.")


@quarantine.command("show")
def quarantine_show(
    file_id: Annotated[str, typer.Argument(help="The file, as the list names it.")],
    limit: Annotated[int, typer.Option(min=1)] = 20,
) -> None:
    """The rows of one file that were set aside, as they came. They may name people: mind who looks on."""
    from orchestration.ingestion.quarantine import show

    with _published_core() as connection:
        found = show(connection, file_id, limit)
    if not found:
        raise Refused(f"Nothing of a file {file_id} is set aside. crm quarantine list names the files.")
    for row in found:
        place = "the whole file" if row.row_number is None else f"row {row.row_number}"
        out.print(f"[bold]{place}[/] {escape(row.reason)} {escape(row.column or '')}", soft_wrap=True)
        if row.original is not None:
            out.print(escape(row.original), soft_wrap=True)


@quarantine.command("retry")
def quarantine_retry() -> None:
    """Run again for the published day: what a mended contract lets in is read again from the archive."""
    from orchestration.snapshots import Shelf

    shelf = Shelf(settings().published, {})
    version = shelf.current()
    if version is None:
        raise Refused("Nothing has been published yet. Run: crm run")
    run(as_of=datetime.fromisoformat(shelf.manifest(version)["as_of_date"]))


@contextmanager
def _published_core() -> Iterator[Any]:
    import duckdb

    from orchestration.snapshots import CORE, Shelf

    version = Shelf(settings().published, {}).current()
    if version is None:
        raise Refused("Nothing has been published yet. Run: crm run")
    with duckdb.connect(str(settings().published / version / CORE), read_only=True) as connection:
        yield connection
