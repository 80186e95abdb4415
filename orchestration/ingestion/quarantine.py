"""What was set aside: rows and whole files, with the rule they broke and their original text.

The quarantine holds cells as they came, so nothing here is ever logged or published; counts and rules may be told.
What a mended contract lets in is read again by the next run (`history.py`).
"""

from dataclasses import dataclass
from datetime import date

import duckdb

from orchestration.ingestion.arrival import Arrival
from orchestration.ingestion.inbox import InboxFile
from orchestration.ingestion.load import Counts
from orchestration.ingestion.reading import Reading


@dataclass(frozen=True)
class Waiting:
    """Rows of one file that broke one rule in one column; a file that was refused whole has rule 'file'."""

    file_id: str
    feed: str
    delivery_date: date
    file_name: str
    rule: str
    column: str | None
    reason: str
    rows: int
    first_row: int | None


@dataclass(frozen=True)
class SetAside:
    """One row as it came."""

    row_number: int | None
    rule: str
    column: str | None
    reason: str
    original: str | None


def waiting(connection: duckdb.DuckDBPyConnection) -> list[Waiting]:
    """Everything that is set aside now, newest delivery first; no cell of it."""
    found = connection.execute("""
        select file_id, source_system || '/' || feed, delivery_date, file_name, rule, column_name, any_value(reason),
            case when rule in ('file', 'volume') then any_value(rows_quarantined) else count(*) end, min(row_number)
        from ops.quarantine join ops.row_conservation using (file_id, delivery_date)
        group by file_id, source_system, feed, delivery_date, file_name, rule, column_name
        order by delivery_date desc, source_system, feed, file_name, rule, column_name
    """).fetchall()
    return [Waiting(*row) for row in found]


def show(connection: duckdb.DuckDBPyConnection, file_id: str, limit: int) -> list[SetAside]:
    """The first rows that were set aside of one file, as they came. They may name people."""
    found = connection.execute(
        """
        select row_number, rule, column_name, reason, original from ops.quarantine
        where file_id = ? order by delivery_date, row_number limit ?
        """,
        [file_id, limit],
    ).fetchall()
    return [SetAside(*row) for row in found]


def refuse(connection: duckdb.DuckDBPyConnection, file: InboxFile, arrival: Arrival, why: str) -> Counts:
    """Quarantine a file whole: every line after the header counts as quarantined, and one entry stands for them all.

    What they said is not copied: the original is in the archive.
    """
    rows = max(arrival.lines - 1, 0)
    _set_aside_whole(connection, file, arrival, "file", why)
    return Counts(rows, 0, rows, 0)


def hold_back(connection: duckdb.DuckDBPyConnection, file: InboxFile, reading: Reading, why: str) -> Counts:
    """Set a file aside that can be read, but that somebody must look at before anything is made of it."""
    _set_aside_whole(connection, file, reading.source.arrival, "volume", why)
    return Counts(reading.rows_read, 0, reading.rows_read, 0, tuple(reading.source.unmapped))


def _set_aside_whole(
    connection: duckdb.DuckDBPyConnection, file: InboxFile, arrival: Arrival, rule: str, why: str
) -> None:
    connection.execute(
        """
        insert into ops.quarantine (file_id, delivery_date, row_number, rule, column_name, reason, original)
        values (?, ?, null, ?, null, ?, null)
        """,
        [arrival.file_id, file.delivery_date, rule, why],
    )
