"""Where the exports of one block of people are written: one desk a block, its pieces joined later by inbox.py.

The desk knows feeds, deliveries and bytes; what a cell says stands in the vendors' modules.
"""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import duckdb
import pandas as pd
import pyarrow as pa

from orchestration.world.exports.delivery import Feed, Schedule
from orchestration.world.exports.lines import MACROS, texts

SETTINGS = """
set threads = 1; set enable_progress_bar = false; set memory_limit = '1GB'; set arrow_large_buffer_size = true;
"""
GZIP_LEVEL = 1  # twice the size of the best and a fifth of the time


@dataclass(frozen=True)
class Piece:
    """One block's rows of one delivery: `length` bytes at `offset` of the block's scratch file."""

    path: PurePosixPath
    feed: str
    offset: int
    length: int
    rows: int


@dataclass(frozen=True)
class Part:
    """A file that is these people's alone; it lies at `file`."""

    path: PurePosixPath
    feed: str
    file: Path
    rows: int


@dataclass(frozen=True)
class Written:
    """What one block wrote.

    records [source record]: source_system, source_record_type, source_record_id, person_id: P0000017, whom it names; a
    company's own (source_record_type 'account') C0000017
    """

    scratch: Path
    pieces: list[Piece]
    parts: list[Part]
    records: pa.Table


@dataclass
class Desk:
    """Write with `write` and `name_records`; close with `finish`. The tables the queries read are in `connection`."""

    schedule: Schedule
    scratch: Path
    block: int
    connection: duckdb.DuckDBPyConnection = field(default_factory=duckdb.connect)
    _pieces: list[Piece] = field(default_factory=list)
    _parts: list[Part] = field(default_factory=list)
    _records: list[pa.Table] = field(default_factory=list)
    _length: int = 0

    def __post_init__(self) -> None:
        # One thread keeps the order of rows, and leaves the other core to the next block.
        self.connection.execute(SETTINGS)
        self.connection.execute(f"set temp_directory = '{self.scratch}.tmp'")  # not where the process was started
        self.connection.execute(MACROS)
        self.scratch.write_bytes(b"")

    def table(self, name: str, rows: pd.DataFrame | pa.Table) -> None:
        """Rows the queries may read under this name."""
        self.connection.register(name, rows)

    def mornings(self, feed: Feed) -> str:
        """The table m (delivery, morning) of when each delivery of the feed ends, as SQL."""
        rows = ", ".join(f"({n}, timestamp '{morning}')" for n, morning in enumerate(self.schedule.mornings(feed)))
        return f"(values {rows}) as m(delivery, morning)"

    def delivery(self, feed: Feed, moment: str) -> str:
        """The SQL of Schedule.position: the number of the first delivery that may tell of a moment."""
        mornings = self.schedule.mornings(feed).astype("int64")
        step = feed.rhythm.value * 86_400_000_000
        since_first = f"(epoch_us({moment}) - {mornings[0]})"
        return f"case when {since_first} < 0 then 0 else {since_first} // {step} + 1 end"

    def write(self, feed: Feed, query: str) -> None:
        """Add the lines of the query (delivery, line; in the order of their deliveries) to the feed's files."""
        paths = self.schedule.paths(feed)
        with self.scratch.open("ab") as scratch:
            for delivery, text, rows in texts(self.connection.sql(query)):
                length = scratch.write(_encoded(text, feed, paths[delivery]))
                self._note(feed, paths[delivery], length, rows)

    def write_part(self, feed: Feed, write: Callable[[Path], int]) -> None:
        """Let `write` make the file of these people in a feed that comes in parts; it gives the number of rows."""
        file = self.scratch.with_name(f"{self.scratch.name}-{feed.system}-{feed.name}")
        self._parts.append(Part(self.schedule.part(feed, self.block), feed.key, file, write(file)))

    def _note(self, feed: Feed, path: PurePosixPath, length: int, rows: int) -> None:
        self._pieces.append(Piece(path, feed.key, self._length, length, rows))
        self._length += length

    def name_records(self, system: str, kind: str, rows: str) -> None:
        """Tell the truth about records: SQL of source_record_id and person (of an account: its number)."""
        letter = "C" if kind == "account" else "P"
        self._records.append(
            self.connection.sql(
                f"""select distinct '{system}' as source_system, '{kind}' as source_record_type,
                    source_record_id::varchar as source_record_id, '{letter}' || lpad(person::varchar, 7, '0')
                        as person_id
                from ({rows}) order by source_record_id"""
            ).to_arrow_table()
        )

    def finish(self) -> Written:
        """Everything the block wrote."""
        self.connection.close()
        return Written(self.scratch, self._pieces, self._parts, pa.concat_tables(self._records))


def _encoded(text: memoryview, feed: Feed, path: PurePosixPath) -> bytes | memoryview:
    encoded = text if feed.encoding == "utf-8" else str(text, "utf-8").encode(feed.encoding)
    # Members of one archive may be joined like text, so a block need not know the others.
    return gzip.compress(encoded, GZIP_LEVEL, mtime=0) if path.suffix == ".gz" else encoded
