"""The short way of a large clean file: loaded while it is read, batch by batch, and kept only where all proves plain.

The long way (`reading.py`, `judging.py`, `load.py`) holds the records of a file in a temporary table beside the raw
one; those of a large file outgrow the memory, and are written and read twice. Most large files need nothing of it:
every cell is in its canonical spelling, no rule is broken, every key is new. Here that is asked of every row, and the
rows are held to the bytes, inside the transaction that loads them; where it is not so, nothing has happened, and the
file goes the long way. Both ways load the same rows under the same numbers and hashes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from orchestration.ingestion.judging import is_plain, row_hash
from orchestration.ingestion.load import Counts, brings_only_new_keys, last_row_number
from orchestration.ingestion.reading import agrees_with_bytes
from orchestration.ingestion.sources import Source
from orchestration.tables import count

if TYPE_CHECKING:
    import pyarrow as pa

# The records of a smaller file fit into any memory.
WORTH_BYTES = 8 * 1024 * 1024
# Where a file needs cleaning, some of its first rows nearly always do.
TRIED_ROWS = 20_000
BATCH_ROWS, BATCH_BYTES = 122_880, 256 * 1024 * 1024  # a row group of DuckDB's, unless rows are long


class NotPlainError(Exception):
    """The file must go the long way."""


def may_be_plain(connection: duckdb.DuckDBPyConnection, source: Source) -> bool:
    """Whether trying is worth it: a large text of things that have keys, whose first rows are plain."""
    contract = source.contract
    if contract.is_grouped or not contract.key or source.is_parquet or not source.may_be_read_fast:
        return False
    if source.text.stat().st_size < WORTH_BYTES:
        return False
    first = f"select * from ({_records(source)}) limit {TRIED_ROWS}"
    try:
        return connection.execute(f"select bool_and({is_plain(contract)}) from ({first})").fetchone() == (True,)
    except duckdb.Error:
        return False  # the long way reads the same rows and says what is wrong


def load_plain(connection: duckdb.DuckDBPyConnection, source: Source) -> Counts:
    """Load a file inside the caller's transaction: `rows_read` is held to the bytes, `rows_loaded` to the table.

    Raises:
        NotPlainError: the file must go the long way, and the transaction be taken back.
        duckdb.Error: the same; DuckDB cannot read the file, or has met a row that is not plain.
    """
    contract, last = source.contract, last_row_number(connection, source)
    # A connection of its own: what is read here and what is written there are two statements at one time.
    with connection.cursor() as reader:
        rows = _Numbered(_read(reader, source), last)
        connection.register("numbered", rows.as_reader())
        try:
            connection.execute(f"""
                insert into {contract.relation} by name
                select *, cast(null as varchar) as _as_arrived, date '{source.delivery_date}' as _delivery_date,
                    '{source.arrival.file_id}' as _file_id
                from numbered
            """)
        finally:
            connection.unregister("numbered")
    if not agrees_with_bytes(connection, source, rows.count):
        raise NotPlainError
    day = f"_delivery_date = date '{source.delivery_date}'"
    arriving = f"(select * from {contract.relation} where {day} and _row_number > {last})"
    before = f"(select * from {contract.standing} where _delivery_date < date '{source.delivery_date}'"
    before = f"{before} or ({day} and _row_number <= {last}))"
    if not brings_only_new_keys(connection, contract, arriving, before):
        raise NotPlainError
    loaded = count(connection, arriving)
    return Counts(rows.count, loaded, 0, 0, tuple(source.unmapped))


def _records(source: Source) -> str:
    return f"select {source.named_cells}, {source.broken} as _broken from {source.scan}"


def _read(reader: duckdb.DuckDBPyConnection, source: Source) -> "pa.RecordBatchReader":
    """The rows of the file in its order, each with its hash, or without where it is not plain."""
    names = [column.name for column in source.contract.columns]
    hashed = f"case when {is_plain(source.contract)} then {row_hash(names, source.arrival.has_separators)} end"
    found = reader.execute(f"select {', '.join(names)}, {hashed} as _row_hash from ({_records(source)})")
    longest = max(source.arrival.longest_line, 1)
    return found.to_arrow_reader(max(1, min(BATCH_ROWS, BATCH_BYTES // longest)))


@dataclass
class _Numbered:
    """Batches with the number of each row beside it; `count` of them have passed."""

    batches: "pa.RecordBatchReader"
    last: int
    count: int = 0

    def as_reader(self) -> "pa.RecordBatchReader":
        import pyarrow as pa

        self._schema = pa.schema([*self.batches.schema, pa.field("_row_number", pa.int64())])
        return pa.RecordBatchReader.from_batches(self._schema, self._pass_on())

    def _pass_on(self) -> "Iterator[pa.RecordBatch]":
        import numpy as np
        import pyarrow as pa

        for batch in self.batches:
            if batch.column("_row_hash").null_count:
                raise NotPlainError
            numbers = np.arange(batch.num_rows) + self.last + self.count + 1
            self.count += batch.num_rows
            yield pa.RecordBatch.from_arrays([*batch.columns, pa.array(numbers)], schema=self._schema)
