"""`crm quarantine list|show|retry`: what was set aside, and having it back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, time
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from orchestration.verbs.run import run
from orchestration.verbs.terminal import AsJson, Refused, out, print_json, refusing

if TYPE_CHECKING:
    from orchestration.books import Books

quarantine = typer.Typer(no_args_is_help=True, help="What was set aside, and having it back.")
COLUMNS = ("file", "feed", "delivered", "name", "rows", "first row", "column", "reason")


@quarantine.command("list")
def quarantine_list(as_json: AsJson = False) -> None:
    """What the last run set aside, published or not: how many rows, of which file, for which reason."""
    from orchestration.ingestion.quarantine import waiting

    with _books() as books:
        found, of_which_run = waiting(books.connection), books.of_which_run
    if as_json:
        return print_json([asdict(one) for one in found])
    out.print(of_which_run)
    if not found:
        return out.print("Nothing is set aside.")
    table = Table(*COLUMNS, box=None)
    for one in found:
        place = (one.file_id, one.feed, one.delivery_date, one.file_name)
        cells = (*place, f"{one.rows:,}", one.first_row, one.column, one.reason)
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in cells))
    out.print(table)
    out.print("Next: crm quarantine show FILE; mend the file or its contract; crm quarantine retry", soft_wrap=True)


@quarantine.command("show")
def quarantine_show(
    file_id: Annotated[str, typer.Argument(help="The file, as the list names it.")],
    limit: Annotated[int, typer.Option(min=1)] = 20,
) -> None:
    """The rows of one file that were set aside, as they came. They may name people: mind who looks on."""
    from orchestration.ingestion.quarantine import show

    with _books() as books:
        found = show(books.connection, file_id, limit)
    if not found:
        raise Refused(f"Nothing of a file {file_id} is set aside. crm quarantine list names the files.")
    for row in found:
        place = "the whole file" if row.row_number is None else f"row {row.row_number}"
        out.print(f"[bold]{place}[/] {escape(row.reason)} {escape(row.column or '')}", soft_wrap=True)
        if row.original is not None:
            out.print(escape(row.original), soft_wrap=True)


@quarantine.command("retry")
def quarantine_retry() -> None:
    """Run again for the day of the last run: what a mended contract lets in is read again from the archive."""
    with _books() as books:
        day = books.day
    run(as_of=datetime.combine(day, time.min))


@contextmanager
def _books() -> Iterator["Books"]:
    from orchestration.books import NoBooksError, newest_books

    with refusing(NoBooksError), newest_books() as books:
        yield books
