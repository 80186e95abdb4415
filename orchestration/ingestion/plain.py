"""The short way of a large clean file: loaded by one statement, and kept only where all proves plain.

The long way (`reading.py`, `judging.py`, `load.py`) holds the records of a file in a temporary table beside the raw
one; those of a large file outgrow the memory, and are written and read twice. Most large files need nothing of it:
every cell is in its canonical spelling, no rule is broken, every key is new. Here that is asked of every row, and the
rows are held to the bytes, inside the transaction that loads them; where it is not so, nothing has happened, and the
file goes the long way. Both ways load the same rows under the same numbers and hashes.
"""

import duckdb

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


def load_plain(connection: duckdb.DuckDBPyConnection, source: Source) -> Counts:
    """Load a file inside the caller's transaction: `rows_read` is held to the bytes, `rows_loaded` to the table.

    Raises:
        NotPlainError: the file must go the long way, and the transaction be taken back.
        duckdb.Error: the same; DuckDB cannot read the file, or has met a row that is not plain.
    """
    contract, last = source.contract, last_row_number(connection, source)
    cells = ", ".join(column.name for column in contract.columns)
    connection.execute(f"""
        insert into {contract.relation} by name
        select {cells}, cast(null as varchar) as _as_arrived, date '{source.delivery_date}' as _delivery_date,
            '{source.arrival.file_id}' as _file_id,
            case when {is_plain(contract, "_row_text")} then md5(_row_text) else error('not plain') end as _row_hash
        from ({_records(source)})
    """)
    rows = _number(connection, source, last)
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


def _number(connection: duckdb.DuckDBPyConnection, source: Source, last: int) -> int:
    """Number the rows that were just inserted in the order of the file, on from `last`; returns how many there are.

    Tables keep the order of the file, in as many hands as read it: a row's place in the table is its place there.
    Numbering the rows while they are read would leave the reading to one hand.
    """
    unnumbered = f"{source.contract.relation} where _row_number is null"
    found = connection.execute(f"select count(*), min(rowid), max(rowid) from {unnumbered}").fetchone()
    rows, first, end = found or (0, None, None)
    if not rows:
        return 0
    if end - first + 1 != rows:
        raise NotPlainError
    connection.execute(
        f"update {source.contract.relation} set _row_number = rowid - {first} + {last + 1} where _row_number is null"
    )
    return int(rows)
