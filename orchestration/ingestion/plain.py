"""The short way of a large clean file: loaded by one statement, and kept only where all proves plain.

The long way (`reading.py`, `judging.py`, `load.py`) holds the records of a file in a temporary table beside the raw
one; those of a large file outgrow the memory, and are written and read twice. Most large files need nothing of it:
every cell is in its canonical spelling, no rule is broken, every key is new. Here that is asked of every row, and the
rows are held to the bytes; where it is not so, they are put out again, and the file goes the long way. Both ways load
the same rows under the same numbers and hashes.

A row without a number is not loaded yet. Rows come in without numbers, because numbering them while they are read
would leave the reading to one hand, and are numbered in a second transaction, because in the first the whole table
would be written to the log. What a killed run leaves between the two, `put_out` takes away.
"""

import duckdb

from orchestration.ingestion.contract_model import Contract
from orchestration.ingestion.glance import row_text
from orchestration.ingestion.judging import is_plain
from orchestration.ingestion.load import Counts, brings_only_new_keys, last_row_number
from orchestration.ingestion.reading import agrees_with_bytes
from orchestration.ingestion.sources import Source
from orchestration.tables import count

# The records of a smaller file fit into any memory.
WORTH_BYTES = 8 * 1024 * 1024
# DuckDB works on two thousand rows at a time in every thread, some of their text twice.
LONG_LINE_BYTES = 64 * 1024
# Where a file needs cleaning, some of its first rows nearly always do.
TRIED_ROWS = 20_000
UNNUMBERED = "_row_number is null"


class NotPlainError(Exception):
    """The file must go the long way."""


def may_be_plain(connection: duckdb.DuckDBPyConnection, source: Source) -> bool:
    """Whether trying is worth it: a large text of things that have keys, whose first rows are plain."""
    contract, arrival = source.contract, source.arrival
    if contract.is_grouped or not contract.key or source.is_parquet or not source.may_be_read_fast:
        return False
    if arrival.has_separators or arrival.longest_line > LONG_LINE_BYTES or source.text.stat().st_size < WORTH_BYTES:
        return False
    first = f"select {is_plain(contract, '_row_text')} as _is_plain from ({_records(source)}) limit {TRIED_ROWS}"
    try:
        return connection.execute(f"select bool_and(_is_plain) from ({first})").fetchone() == (True,)
    except duckdb.Error:
        return False  # the long way reads the same rows and says what is wrong


def bring_in(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Put the rows of a file into the raw table, in its order and without numbers: all of them, or none.

    Raises:
        duckdb.Error: the file must go the long way; DuckDB cannot read it, or has met a row that is not plain.
    """
    contract = source.contract
    cells = ", ".join(column.name for column in contract.columns)
    connection.execute(f"""
        insert into {contract.relation} by name
        select {cells}, cast(null as varchar) as _as_arrived, date '{source.delivery_date}' as _delivery_date,
            '{source.arrival.file_id}' as _file_id,
            case when {is_plain(contract, "_row_text")} then md5(_row_text) else error('not plain') end as _row_hash
        from ({_records(source)})
    """)


def put_out(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Take away rows that were brought in and not loaded."""
    connection.execute(f"delete from {contract.relation} where {UNNUMBERED}")


def load_plain(connection: duckdb.DuckDBPyConnection, source: Source) -> Counts:
    """Load what was brought in, inside the caller's transaction.

    `rows_read` is held to the bytes, `rows_loaded` counted in the table.

    Raises:
        NotPlainError: the file must go the long way, the transaction be taken back and the rows put out.
    """
    contract, last = source.contract, last_row_number(connection, source)
    rows = _number(connection, contract, last)
    if not agrees_with_bytes(connection, source, rows):
        raise NotPlainError
    day = f"_delivery_date = date '{source.delivery_date}'"
    arriving = f"(select * from {contract.relation} where {day} and _row_number > {last})"
    before = f"(select * from {contract.standing} where _delivery_date < date '{source.delivery_date}'"
    before = f"{before} or ({day} and _row_number <= {last}))"
    if not brings_only_new_keys(connection, contract, arriving, before):
        raise NotPlainError
    return Counts(rows, count(connection, arriving), 0, 0, tuple(source.unmapped))


def _records(source: Source) -> str:
    text = row_text(column.name for column in source.contract.columns)
    cells = f"select {source.named_cells}, {source.broken} as _broken from {source.scan}"
    return f"select *, {text} as _row_text from ({cells})"


def _number(connection: duckdb.DuckDBPyConnection, contract: Contract, last: int) -> int:
    """Number the rows that were brought in, on from `last`; returns how many there are.

    Tables keep the order of the file, in as many hands as read it: a row's place in the table is its place there.
    """
    found = connection.execute(
        f"select count(*), min(rowid), max(rowid) from {contract.relation} where {UNNUMBERED}"
    ).fetchone()
    rows, first, end = found or (0, None, None)
    if rows and end - first + 1 != rows:
        raise NotPlainError
    connection.execute(
        f"update {contract.relation} set _row_number = rowid - {first or 0} + {last + 1} where {UNNUMBERED}"
    )
    return int(rows)
