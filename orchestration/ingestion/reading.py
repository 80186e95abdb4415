"""From one file to judged rows: the records it holds, read by DuckDB and held to what its bytes say.

The fast way lets DuckDB read the file and then holds it to the line count that `arrival.py` took from the bytes. Only
when the two disagree, or DuckDB refuses, the slow way of `records.py` isolates the damage. Nothing is loaded here.
"""

from dataclasses import dataclass, field

import duckdb

from orchestration.ingestion.judging import judge
from orchestration.ingestion.records import batches
from orchestration.ingestion.sources import RefusedFileError, Source
from orchestration.tables import count


@dataclass(frozen=True)
class Reading:
    """A file whose rows stand, judged, in the temporary table `arrived`. `rows_read` is what its bytes say."""

    source: Source
    rows_read: int
    findings: list[tuple[str, str, int]] = field(default_factory=list)


def read(connection: duckdb.DuckDBPyConnection, source: Source) -> Reading:
    """Read and judge the rows of one file, outside of any transaction: an error of the fast reader would end it.

    Raises:
        RefusedFileError: the file must be quarantined whole.
    """
    rows = None
    if source.may_be_read_fast:
        try:
            rows = read_fast(connection, source)
        except duckdb.Error:
            rows = None  # not lost: the slow way below reads the same file and says what is wrong
    if rows is None and source.is_parquet:
        raise RefusedFileError("It is a damaged Parquet file: its rows are not what its own footer says.")
    if rows is None:
        rows = read_slowly(connection, source)
    return Reading(source, rows, judge(connection, source))


def read_fast(connection: duckdb.DuckDBPyConnection, source: Source) -> int | None:
    """Let DuckDB read into `records`, then hold it to the bytes: lines = header + rows + line breaks inside cells.

    None when the sum does not come out; then a quote swallowed rows, or lines were passed over. Tables keep the
    order of the file, so a row's place in `records` is its place there.
    """
    connection.execute(f"""
        create or replace temp table records as
        select {source.named_cells}, {source.broken} as _broken, cast(null as varchar) as _original from {source.scan}
    """)
    rows = count(connection, "records")
    return rows if agrees_with_bytes(connection, source, rows) else None


def agrees_with_bytes(connection: duckdb.DuckDBPyConnection, source: Source, rows: int) -> bool:
    """Whether the bytes of a file hold so many records; where cells hold line breaks, the file is read again."""
    if source.is_parquet:
        return rows == _parquet_rows(source)
    if source.is_json:
        return rows == source.arrival.lines
    inside = source.arrival.lines - 1 - sum(cell.count("\n") for cell in source.header) - rows
    if inside == 0:
        return True
    breaks, spans = f"coalesce(sum({source.line_breaks}), 0)", f"coalesce(bool_or({source.may_span_rows}), false)"
    return connection.execute(f"select {breaks}, {spans} from {source.scan}").fetchone() == (inside, False)


def _parquet_rows(source: Source) -> int:
    """What the file's own footer says, read by another library than the one that reads the rows."""
    import pyarrow.parquet as pq

    return int(pq.read_metadata(source.text).num_rows)


def read_slowly(connection: duckdb.DuckDBPyConnection, source: Source) -> int:
    columns = ", ".join(f"{column.name} varchar" for column in source.contract.columns)
    connection.execute(f"create or replace temp table records ({columns}, _broken varchar, _original varchar)")
    rows = 0
    for batch in batches(source):
        rows += batch.num_rows
        connection.register("batch", batch)
        connection.execute("insert into records by name select * from batch")
        connection.unregister("batch")
    return rows
