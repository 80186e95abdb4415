"""What the command line says about a run and a published version, read from the published files alone."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from orchestration import clock
from orchestration.settings import settings
from orchestration.snapshots import MARTS
from orchestration.warehouse import duckdb_config, shelf

SEARCH_PATH = "main,ml,ops"


WORDS = {"dagster/row_count": "rows in all", "assets": "tables"}


class QueryRefusedError(Exception):
    """A query that cannot be answered; the message is the engine's, about the user's own text."""


def ask(sql: str, limit: int) -> tuple[list[str], list[tuple[Any, ...]], bool]:
    """Columns and at most `limit` rows of one select on the nameless tables, and whether rows were cut off.

    Raises:
        QueryRefusedError: nothing is published, or it is not one select that the sandbox allows.
    """
    version = shelf().current()
    if version is None:
        raise QueryRefusedError("Nothing has been published yet. Run: crm run")
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryRefusedError(str(error)) from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise QueryRefusedError("crm query takes one select statement.")
    with _sandbox(settings().published / version / MARTS) as connection:
        try:
            result = connection.execute(sql)
            columns = [column[0] for column in result.description or []]
            rows = result.fetchmany(limit + 1)
        except duckdb.Error as error:
            raise QueryRefusedError(str(error)) from error
    return columns, rows[:limit], len(rows) > limit


@contextmanager
def _sandbox(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection that reaches no other file, loads nothing, and cannot be talked out of it."""
    config: dict[str, Any] = {
        **duckdb_config(),
        "enable_external_access": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "allow_persistent_secrets": "false",
        "python_enable_replacements": "false",
    }
    connection = duckdb.connect(str(path), read_only=True, config=config)
    try:
        connection.execute(f"set enable_progress_bar = false; set timezone = 'UTC'; set search_path = '{SEARCH_PATH}'")
        connection.execute("set lock_configuration = true")
        yield connection
    finally:
        connection.close()


def published_summary() -> dict[str, Any] | None:
    """The published version as numbers: what came in, who was found, what was checked. None before the first."""
    version = shelf().current()
    if version is None:
        return None
    manifest = shelf().manifest(version)
    with _sandbox(settings().published / version / MARTS) as connection:

        def rows(sql: str) -> list[dict[str, Any]]:
            result = connection.execute(sql)
            names = [column[0] for column in result.description or []]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

        deliveries = rows("""
            select source_system || '.' || feed as feed, count(*) as deliveries, sum(rows_read)::bigint as rows_read,
                sum(rows_loaded)::bigint as rows_loaded, sum(rows_quarantined)::bigint as rows_quarantined,
                sum(rows_duplicate)::bigint as rows_duplicate, bool_and(is_balanced) as adds_up
            from row_conservation group by all order by all
        """)
        missing = rows(
            """
            select source_system || '.' || feed as feed, status from feeds where status in ('missing', 'stale')
            order by all
            """
        )
        unknown = rows(
            """
            select source_system, delivery_date, file_name, reason from inbox_unknown
            union all
            select source_system, delivery_date, file_name, reason from deliveries where status <> 'loaded' order by all
            """
        )
        customers = rows("""
            select count(*) as customers, count(*) filter (has_ordered) as buyers, sum(record_count)::bigint as records,
                count(*) filter (record_count > 1) as merged, max(order_count) as most_orders
            from customer_360
        """)
        segments = rows("""
            select name_en, name_zh, count(*) as customers from customer_360
            join segments on segments.segment = customer_360.segment and scheme = 'rfm'
            group by name_en, name_zh, rank order by rank
        """)
        failed = rows("""
            select kind, subject, check_name from quality_results
            where not passed and run_id = (select arg_max(run_id, run_number) from runs)
        """)
    return {
        "version": version,
        "as_of_date": manifest["as_of_date"],
        "published_at": manifest["published_at"],
        "age": _age(manifest["published_at"]),
        "deliveries": deliveries,
        "feeds_not_fresh": missing,
        "unknown_files": unknown,
        **customers[0],
        "segments": segments,
        "checks": manifest["checks"],
        "checks_failed": failed,
        "model_gates": manifest["model_gates"],
        "folder": str(settings().published / version),
    }


def _age(published_at: str) -> str:
    minutes = int((clock.now() - datetime.fromisoformat(published_at)).total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 2880 else f"{minutes // 1440} days"


class RunPrinter:
    """Prints a run as it goes and a version as it stands."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def working(self, what: str) -> Iterator[None]:
        """A spinner on a terminal, a plain line elsewhere."""
        if self.console.is_terminal:
            with self.console.status(what):
                yield
        else:
            self.console.print(what)
            yield

    def step(self, name: str, seconds: float, counts: Mapping[str, int]) -> None:
        """One line for a finished step of a run; what merely checked needs none."""
        if "assets" not in counts:
            return
        told = [
            f"{value:,} {WORDS.get(key, key.replace('_', ' '))}"
            for key, value in counts.items()
            if value and (key != "assets" or value > 1)
        ]
        self.console.print(f"  {escape(name):<40} [dim]{seconds:5.1f} s[/]  {escape(' · '.join(told))}", soft_wrap=True)

    def summary(self, found: dict[str, Any]) -> None:
        """What was loaded, who was found, what was published, what to do next."""
        self.console.print(_deliveries_table(found["deliveries"]))
        for unknown in found["unknown_files"]:
            parts = (unknown["source_system"], unknown["delivery_date"], unknown["file_name"])
            place = "/".join(str(part) for part in parts if part)
            self.console.print(
                f"[yellow]![/] {escape(place)} was not loaded. {escape(unknown['reason'])}", soft_wrap=True
            )
        aside = sum(feed["rows_quarantined"] for feed in found["deliveries"])
        if aside:
            self.console.print(
                f"[yellow]![/] {aside:,} rows are set aside: crm quarantine list says of which files and why.",
                soft_wrap=True,
            )
        for status, words in (("missing", "Never delivered"), ("stale", "Not delivered lately")):
            feeds = [feed["feed"] for feed in found["feeds_not_fresh"] if feed["status"] == status]
            if feeds:
                self.console.print(
                    f"[yellow]![/] {words}: {', '.join(feeds)}. Pages that need them say so.", soft_wrap=True
                )
        self.console.print(
            f"Found {found['customers']:,} customers in {found['records'] or 0:,} records "
            f"({found['merged']:,} of them in more than one); {found['buyers']:,} have bought."
        )
        if found["segments"]:
            names = ", ".join(f"{row['name_en']} {row['name_zh']} {row['customers']:,}" for row in found["segments"])
            self.console.print(escape(names), soft_wrap=True)
        checks = found["checks"]
        if checks["failed"]:
            subjects = sorted({check["subject"] for check in found["checks_failed"]})
            self.console.print(
                f"[yellow]![/] {checks['failed']:,} checks that only warn did not pass, on {', '.join(subjects)}. "
                'The page "Can we trust today\'s numbers?" lists them.',
                soft_wrap=True,
            )
        self.console.print(
            f"[green]✓[/] Published version {found['version']} (as of {found['as_of_date']}, {found['age']} old), "
            f"{checks['passed']:,} checks passed.",
            soft_wrap=True,
        )
        self.console.print("Next: make dashboards", soft_wrap=True)


def _deliveries_table(deliveries: list[dict[str, Any]]) -> Table:
    names = ["feed", "files", "rows read", "loaded", "quarantined", "duplicate", "adds up"]
    table = Table(title="What was taken in", title_justify="left", box=SIMPLE, padding=(0, 1))
    for name in names:
        table.add_column(name, justify="left" if name in ("feed", "adds up") else "right", no_wrap=True)
    for row in deliveries:
        numbers = [row[key] for key in ("deliveries", "rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate")]
        table.add_row(row["feed"], *(f"{number:,}" for number in numbers), "yes" if row["adds_up"] else "[red]NO[/]")
    return table
