"""A small warehouse that only takes files in, and contracts for feeds that exist nowhere."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from orchestration import ledger
from orchestration.ingestion.contracts import Contract
from orchestration.ingestion.inbox import InboxFile
from orchestration.ingestion.receive import Received, Yard, receive

DAY = date(2026, 3, 1)


def contract_of(
    *columns: str | dict[str, Any], key: Sequence[str] = (), says: Mapping[str, Any] | None = None, **files: Any
) -> Contract:
    """The contract of the feed shop/things; a column is its name, or the fields in which it differs from text, and
    `says` is what else it says."""
    return Contract.model_validate(
        {
            "system": "shop",
            "feed": "things",
            "domain": "orders",
            "description": "Things.",
            "owner": "shop",
            "files": [{"pattern": "*.csv", "format": "csv"} | files],
            "delivery": {"kind": "delta", "cadence_days": 1, "stale_after_days": 3},
            "key": key,
            "columns": [_column(column) for column in columns],
            **(says or {}),
        }
    )


def _column(column: str | dict[str, Any]) -> dict[str, Any]:
    if isinstance(column, str):
        column = {"name": column}
    return {"headers": [column["name"]], "type": "text"} | column


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]], line_end: str = "\n", quoting: str = "") -> str:
    """An export: cells that need quotation marks have them, and so have those with a character of `quoting`."""

    def written(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if set(cell) & {*',"\r\n', *quoting} else cell

    return "".join(",".join(map(written, row)) + line_end for row in [header, *rows])


@dataclass
class Intake:
    """Takes deliveries in, in a folder that is thrown away."""

    folder: Path
    contract: Contract
    connection: duckdb.DuckDBPyConnection = field(repr=False)

    def deliver(
        self, content: str | bytes, day: date = DAY, name: str = "things.csv", run_id: str = "run-1"
    ) -> Received:
        """Put a file into the inbox and take it in, as a run does."""
        path = self.folder / "inbox" / "shop" / day.isoformat() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        file = InboxFile(path, "shop", day, path.stat().st_size, self.contract, "")
        yard = Yard(self.folder / "archive", self.folder / "decoded", run_id, day)
        return receive(self.connection, self.contract, [file], yard)

    def rows(self) -> list[tuple[str | None, ...]]:
        """The cells of every loaded row, in the order in which they came."""
        names = ", ".join(column.name for column in self.contract.columns)
        return self.all(f"select {names} from raw_shop.things order by _delivery_date, _row_number, _row_hash")

    def quarantine(self) -> list[tuple[int, str, str | None]]:
        """(row number, rule, column) of every quarantined row."""
        return self.all("select row_number, rule, column_name from ops.quarantine order by all")

    def all(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def forget(self) -> None:
        """Let go of everything that was taken in, for the next example."""
        _empty(self.connection)

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, whatever their order."""
        tables = self.all("select schema_name || '.' || table_name from duckdb_tables() where not temporary")
        return {table: self.all(f"select * from {table} order by all") for (table,) in tables}


@contextmanager
def intake_for(contract: Contract) -> Iterator[Intake]:
    """An empty warehouse for one feed."""
    with TemporaryDirectory() as folder, warehouse() as connection:
        yield Intake(Path(folder), contract, connection)


# Opening a database costs more than what most tests do in it; one that was given back is emptied and lent again.
_idle: list[duckdb.DuckDBPyConnection] = []


@contextmanager
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory with open books and nothing else in it."""
    connection = _idle.pop() if _idle else _opened()
    yield connection
    # Not where a test has failed: nobody knows what it left behind.
    _empty(connection)
    _idle.append(connection)


def _opened() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"memory_limit": "512MB", "threads": "1"})
    connection.execute("set enable_progress_bar = false; set timezone = 'UTC'")
    ledger.open_books(connection)
    return connection


def _empty(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("".join(f"truncate {table};" for table in ledger.TABLES))
    schemas = "select distinct schema_name from duckdb_tables() where schema_name like 'raw_%' and not temporary"
    for (schema,) in connection.execute(schemas).fetchall():
        connection.execute(f"drop schema {schema} cascade")
