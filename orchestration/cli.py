"""`crm`, the command line: arguments in, sentences out. What the verbs do stands in the modules they call.

Exit status: 0 done, 1 the data or a gate refused, 2 wrong usage. Heavy imports happen inside the verbs.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from orchestration import clock
from orchestration.settings import FIRST_DAY, announce, settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
# Where nobody looks at a terminal, lines are as long as they are.
out = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
err = Console(stderr=True, highlight=False)

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for another program.")]

quarantine = typer.Typer(no_args_is_help=True, help="What was set aside, and having it back.")
app.add_typer(quarantine, name="quarantine")


class Refused(typer.Exit):
    """Say why in one sentence and leave with status 1."""

    def __init__(self, *sentences: str) -> None:
        for sentence in sentences:
            err.print(f"[red]✗[/] {escape(sentence)}", soft_wrap=True)
        super().__init__(code=1)


def main() -> None:
    """The entry point of `crm`."""
    announce()
    app()


@app.command()
def world(
    out_dir: Annotated[Path, typer.Option("--out", help="Where the inbox and the truth are written.")],
    people: Annotated[int, typer.Option(min=1)] = 2000,
    days: Annotated[int, typer.Option(min=1, help="How many days of life the exports cover.")] = 730,
    seed: int = 7,
    last_day: Day = None,
    daily_days: Annotated[
        int, typer.Option(min=0, help="The last so many days come in daily pieces; 0: all in one delivery.")
    ] = 28,
    mess: Annotated[int, typer.Option(min=0, max=2, help="Damaged files: 0 none, 1 some, 2 many.")] = 0,
) -> None:
    """Let the synthetic company write its exports, and its truth beside them."""
    from orchestration.world.company import write_world
    from orchestration.world.exports.report import summary_of
    from orchestration.world.mess.plan import make_mess

    end = last_day.date() if last_day else clock.today()
    try:
        summary = write_world(people, days, seed, out_dir, end, daily_days)
        make_mess(out_dir, mess, seed)
    except (ValueError, FileExistsError) as error:
        raise Refused(str(error)) from error
    out.print(
        f"[green]✓[/] {summary.people:,} people lived from {summary.first_day} to {summary.last_day}. "
        f"Their company wrote {summary.files} exports with {sum(summary.rows.values()):,} rows into {summary.inbox}; "
        f"the truth lies in {summary.truth}.",
        soft_wrap=True,
    )
    for line in summary_of(summary.truth, summary.rows):
        out.print(escape(line), soft_wrap=True)


@app.command()
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
        return _print_json(found)
    table = Table(show_header=False, box=None)
    for name, value in found.items():
        table.add_row(name.replace("_", " "), escape(_plain(value)))
    out.print(table)
    if found["refused"] or found["rows_quarantined"]:
        raise typer.Exit(1)


@quarantine.command("list")
def quarantine_list(as_json: AsJson = False) -> None:
    """What is set aside in the published version: how many rows, of which file, for which reason."""
    from orchestration.ingestion.quarantine import waiting

    with _published_core() as connection:
        found = waiting(connection)
    if as_json:
        return _print_json([asdict(one) for one in found])
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


@app.command()
def run(
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="The day to speak for; today when left out. What happened before it counts."
        ),
    ] = None,
    inbox: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="Another inbox than the one in the settings.")
    ] = None,
    accept_volume: Annotated[
        list[str] | None, typer.Option(help="SYSTEM/FEED whose full export may have shrunk this much. Repeatable.")
    ] = None,
    wait: Annotated[int, typer.Option(min=0, help="Seconds to wait for another run to finish.")] = 0,
    as_json: AsJson = False,
) -> None:
    """The daily job: take in what was delivered, find out who is who, score, check and publish."""
    from orchestration.lock import WarehouseBusyError
    from orchestration.report import RunPrinter, published_summary

    day = as_of.date() if as_of else clock.today()
    if not FIRST_DAY <= day <= clock.today():
        raise typer.BadParameter(f"{day} is not a day from {FIRST_DAY} to today.", param_hint="--as-of")
    printer = RunPrinter(err if as_json else out)
    try:
        with printer.working(f"The daily job for {day}"):
            from orchestration.daily import Deliveries, run_daily

            outcome = run_daily(Deliveries(inbox, tuple(accept_volume or ())), day, wait, printer.step)
    except WarehouseBusyError as error:
        raise Refused(str(error)) from error
    for fault in outcome.faults:
        err.print(escape(fault), soft_wrap=True)
    if not outcome.succeeded:
        kept = _version_sentence()
        raise Refused(*outcome.refusals, f"The run for {day} published nothing. {kept}")
    summary = published_summary()
    if as_json:
        return _print_json(summary)
    if summary is not None:
        printer.summary(summary)


@app.command()
def status(as_json: AsJson = False) -> None:
    """The published version, its age, what became of every row, checks and model gates."""
    from orchestration.report import RunPrinter, published_summary

    summary = published_summary()
    if summary is None:
        raise Refused("Nothing has been published yet. Put exports into the inbox and run: crm run")
    if as_json:
        return _print_json(summary)
    RunPrinter(out).summary(summary)


@app.command()
def query(sql: str, as_json: AsJson = False, limit: Annotated[int, typer.Option(min=1)] = 200) -> None:
    """Ask the published snapshot. Read-only and sandboxed: `crm query "select * from customer_360"`."""
    from orchestration.report import QueryRefusedError, ask

    try:
        columns, rows, cut = ask(sql, limit)
    except QueryRefusedError as error:
        raise Refused(str(error)) from error
    if as_json:
        return _print_json([dict(zip(columns, row, strict=True)) for row in rows])
    table = Table(*columns)
    for row in rows:
        table.add_row(*(escape(_plain(value)) for value in row))
    out.print(table)
    if cut:
        err.print(f"Only the first {limit} rows are shown; --limit shows more.")


@app.command()
def publish() -> None:
    """Publish what an analyst built on the warehouse by hand (README, Analysts)."""
    from orchestration.by_hand import publish_by_hand

    _shelf_verb(publish_by_hand, "Published")


@app.command()
def rollback(
    version: Annotated[str | None, typer.Argument(help="The one before the current, when left out.")] = None,
) -> None:
    """Point readers to an earlier version. The next run builds on that one."""
    from orchestration.warehouse import shelf

    _shelf_verb(lambda: shelf().rollback(version), "Readers now see")


@app.command()
def doctor() -> None:
    """Versions, locks, free disk and the parts a run needs, each with the cure."""
    from orchestration.doctor import examine

    findings = examine()
    for finding in findings:
        mark = "[green]✓[/]" if finding.is_well else "[red]✗[/]"
        out.print(f"{mark} {escape(finding.sentence)}", soft_wrap=True)
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(1)


def _shelf_verb(verb: Any, said: str) -> None:
    from orchestration.lock import WarehouseBusyError
    from orchestration.snapshots import SnapshotError

    try:
        version = verb()
    except (SnapshotError, WarehouseBusyError) as error:
        raise Refused(str(error)) from error
    out.print(f"[green]✓[/] {said} {version}.")


def _version_sentence() -> str:
    from orchestration.warehouse import shelf

    version = shelf().current()
    return f"Readers still see version {version}." if version else "Nothing has been published before."


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, default=str, indent=2))  # noqa: T201


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


if __name__ == "__main__":
    main()
