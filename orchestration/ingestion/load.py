"""From one taken-in file to rows: read, checked cell by cell, and loaded, quarantined or found a duplicate.

The fast way lets DuckDB read the file and then holds it to the line count that `arrival.py` took from
the bytes. Only when the two disagree, or DuckDB refuses, the slow way reads record by record with
Python's csv module and sets broken records aside. Cells stay text here; dbt staging gives them types.
"""

import csv
import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.ingestion.arrival import Arrival
from orchestration.ingestion.contracts import Column, Contract
from orchestration.ingestion.inbox import InboxFile

MAX_CELL_CHARACTERS = 1024 * 1024
BATCH_ROWS = 50_000
MOMENT = "[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([ T][0-9:.]+ ?(Z|UTC|[+-]00(:?00)?)?)?"

REASONS = {
    "repeated_header": "The header stands here again.",
    "wrong_number_of_cells": "It has more or fewer cells than the header.",
    "nul_byte": "A cell holds a NUL byte.",
    "required": "A required cell is empty.",
    "integer": "A cell is not a whole number.",
    "decimal": "A cell is not a number.",
    "timestamp": "A cell is not a time in UTC.",
    "date": "A cell is not a date.",
    "boolean": "A cell is neither true nor false.",
}


class RefusedFileError(Exception):
    """A file whose structure cannot be read with certainty; it is quarantined whole."""


@dataclass(frozen=True)
class Counts:
    """What became of the rows of one delivery."""

    rows_read: int
    rows_loaded: int
    rows_quarantined: int
    rows_duplicate: int
    unmapped: tuple[str, ...] = ()

    @property
    def is_balanced(self) -> bool:
        return self.rows_read == self.rows_loaded + self.rows_quarantined + self.rows_duplicate


def create_raw_table(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """The raw table of a feed: every contract column as text, and where the row came from."""
    schema = contract.relation.partition(".")[0]
    columns = ", ".join(f"{column.name} varchar" for column in contract.columns)
    connection.execute(f"create schema if not exists {schema}")
    connection.execute(
        f"create table if not exists {contract.relation} ({columns}, _row_hash varchar, "
        "_delivery_date date, _file_id varchar, _row_number bigint)"
    )
    for column in contract.columns:
        connection.execute(f"alter table {contract.relation} add column if not exists {column.name} varchar")


@dataclass(frozen=True)
class Reading:
    """A file whose rows stand, judged, in the temporary table `arrived`. `rows_read` is what its bytes say."""

    source: "_Source"
    rows_read: int


def read(connection: duckdb.DuckDBPyConnection, contract: Contract, file: InboxFile, arrival: Arrival) -> Reading:
    """Read and judge the rows of one file, outside of any transaction: an error of the fast reader would end it.

    Raises:
        RefusedFileError: the file must be quarantined whole.
    """
    source = _open(contract, file, arrival)
    return Reading(source, _read(connection, source))


def load(connection: duckdb.DuckDBPyConnection, reading: Reading) -> Counts:
    """Load what `read` has just read, inside the caller's transaction, and return its counts.

    `rows_read` comes from the bytes; the other three are counted in the tables they ended in, so that a
    row lost on the way shows.
    """
    source, contract = reading.source, reading.source.contract
    _pick_fresh(connection, source)
    loaded, quarantined = _standing(connection, source)
    # Rows of a day are numbered on from file to file: a corrected export of the same day comes after the first.
    connection.execute(f"""
        insert into {contract.relation} by name
        select {_names(contract)}, _row_hash, date '{source.delivery_date}' as _delivery_date,
            '{source.arrival.file_id}' as _file_id, _row_number + (
                select coalesce(max(_row_number), 0) from {contract.relation}
                where _delivery_date = date '{source.delivery_date}'
            ) as _row_number
        from arrived semi join fresh using (_row_number)
    """)
    _set_aside(connection, source)
    loaded_now, quarantined_now = _standing(connection, source)
    return Counts(
        reading.rows_read,
        loaded_now - loaded,
        quarantined_now - quarantined,
        _count(connection, "arrived anti join fresh using (_row_number) where _rule is null"),
        tuple(source.unmapped),
    )


def refuse(
    connection: duckdb.DuckDBPyConnection, contract: Contract, file: InboxFile, arrival: Arrival, why: str
) -> Counts:
    """Quarantine a file whole: every line after the header counts as quarantined, the original is in the archive."""
    rows = max(arrival.lines - 1, 0)
    connection.execute(
        """
        insert into ops.quarantine (file_id, delivery_date, row_number, rule, column_name, reason, original)
        select ?, ?, line, 'file', null, ?, null from range(1, ? + 1) as lines (line)
        """,
        [arrival.file_id, file.delivery_date, why, rows],
    )
    return Counts(rows, 0, rows, 0)


@dataclass(frozen=True)
class _Source:
    contract: Contract
    delivery_date: date
    arrival: Arrival
    text: Path
    header: list[str]

    @property
    def scan(self) -> str:
        """DuckDB's reader over this file: strict, every cell text, nothing guessed."""
        cells = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(len(self.header)))
        delimiter = self.contract.files.delimiter.replace("'", "''")
        return (
            f"read_csv('{_quoted(str(self.text))}', auto_detect = false, header = true, strict_mode = true, "
            f"delim = '{delimiter}', quote = '\"', escape = '\"', nullstr = '', "
            f"max_line_size = {MAX_CELL_CHARACTERS}, columns = {{{cells}}})"
        )

    @property
    def is_header(self) -> str:
        """SQL condition: a record is the header over again."""
        titles = [f"'{_quoted(title)}'" if title else "null" for title in self.header]
        return " and ".join(f"c{position} is not distinct from {title}" for position, title in enumerate(titles))

    @property
    def unmapped(self) -> list[str]:
        """Headers of this file that fill no column of the contract; their cells stay in the archived original."""
        mapped = set(self.contract.mapping(self.header).values())
        return [title for position, title in enumerate(self.header) if position not in mapped]

    def cell(self, column: Column) -> str:
        position = self.contract.mapping(self.header).get(column.name)
        return "cast(null as varchar)" if position is None else f"c{position}"

    @property
    def named_cells(self) -> str:
        return ", ".join(f"{self.cell(column)} as {column.name}" for column in self.contract.columns)


def _open(contract: Contract, file: InboxFile, arrival: Arrival) -> _Source:
    if file.delivery_date is None:
        raise ValueError(f"{file.name} has no delivery date; only files that fit a contract are loaded.")
    if arrival.text is None:
        raise RefusedFileError(f"It is not text in {' or '.join(contract.files.encodings)}.")
    records = _records(contract, arrival.text)
    try:
        header = next(records, [])
    finally:
        records.close()
    return _Source(contract, file.delivery_date, arrival, arrival.text, header)


def _records(contract: Contract, path: Path) -> Generator[list[str]]:
    """The records of the file as Python's csv module sees them.

    Raises:
        RefusedFileError: the quoting is broken, or one cell is too large to be meant.
    """
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    with path.open(encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text, delimiter=contract.files.delimiter, strict=True)
        try:
            yield from reader
        except csv.Error as error:
            raise RefusedFileError(f"Its quoting breaks near line {reader.line_num}: {error}.") from error


def _read(connection: duckdb.DuckDBPyConnection, source: _Source) -> int:
    """Fill the temporary table `arrived` and return how many rows the file's bytes hold.

    Records are numbered first and judged in a statement of their own: numbering keeps DuckDB on one thread.
    """
    rows = None
    if not source.arrival.has_nul:
        try:
            rows = _read_fast(connection, source)
        except duckdb.Error:
            rows = None  # not lost: the slow way below reads the same file and says what is wrong
    if rows is None:
        rows = _read_slowly(connection, source)
    connection.execute(f"create or replace temp table arrived as {_judged(source, 'select * from records')}")
    connection.execute("drop table records")
    return rows


def _read_fast(connection: duckdb.DuckDBPyConnection, source: _Source) -> int | None:
    """Let DuckDB read into `records`, then hold it to the bytes: lines = header + rows + line breaks inside cells.

    None when the sum does not come out; then a quote swallowed rows, or lines were passed over.
    """
    connection.execute(f"""
        create or replace temp table records as
        select {source.named_cells}, row_number() over () as _row_number,
            case when {source.is_header} then 'repeated_header' end as _broken, cast(null as varchar) as _original
        from {source.scan}
    """)
    header_lines = 1 + sum(cell.count("\n") for cell in source.header)
    rows = _count(connection, "records")
    inside = source.arrival.lines - header_lines - rows
    if inside == 0:
        return rows
    breaks = " + ".join(
        f"coalesce(length(c{position}) - length(replace(c{position}, chr(10), '')), 0)"
        for position in range(len(source.header))
    )
    counted = connection.execute(f"select coalesce(sum({breaks}), 0) from {source.scan}").fetchone()
    return rows if counted is not None and counted[0] == inside else None


def _read_slowly(connection: duckdb.DuckDBPyConnection, source: _Source) -> int:
    names = [column.name for column in source.contract.columns]
    columns = ", ".join(f"{name} varchar" for name in names)
    connection.execute(
        f"create or replace temp table records ({columns}, _row_number bigint, _broken varchar, _original varchar)"
    )
    rows = 0
    for batch in _batches(source):
        rows += batch.num_rows
        connection.register("batch", batch)
        connection.execute("insert into records by name select * from batch")
        connection.unregister("batch")
    return rows


def _batches(source: _Source) -> Iterator[pa.Table]:
    contract, width = source.contract, len(source.header)
    positions = [source.contract.mapping(source.header).get(column.name) for column in contract.columns]
    names = [*(column.name for column in contract.columns), "_row_number", "_broken", "_original"]
    schema = pa.schema([(name, pa.int64() if name == "_row_number" else pa.string()) for name in names])
    rows: list[dict[str, object]] = []
    records = _records(contract, source.text)
    next(records, None)
    for number, cells in enumerate((record for record in records if record), start=1):
        record = _without_empty_end(cells, width)
        broken = _broken_record(record, source.header)
        row: dict[str, object] = {"_row_number": number, "_broken": broken, "_original": None}
        if broken is None:
            for column, position in zip(contract.columns, positions, strict=True):
                row[column.name] = None if position is None else record[position] or None
        else:
            if len(record) != width and any("\n" in cell for cell in record):
                raise RefusedFileError(f"A quotation mark in or before row {number} is never closed.")
            row["_original"] = json.dumps(record, ensure_ascii=False)
        rows.append(row)
        if len(rows) == BATCH_ROWS:
            yield pa.Table.from_pylist(rows, schema=schema)
            rows = []
    yield pa.Table.from_pylist(rows, schema=schema)


def _without_empty_end(record: list[str], width: int) -> list[str]:
    """The record without empty cells beyond the header, which the fast way passes over, too."""
    while len(record) > width and not record[-1]:
        record = record[:-1]
    return record


def _broken_record(record: list[str], header: list[str]) -> str | None:
    if record == header:
        return "repeated_header"
    if len(record) != len(header):
        return "wrong_number_of_cells"
    if any("\x00" in cell for cell in record):
        return "nul_byte"
    return None


def _judged(source: _Source, rows: str) -> str:
    """SQL that adds to `rows` each row's hash over all its cells and the first rule it breaks."""
    columns = source.contract.columns
    cells = ", ".join(column.name for column in columns)
    rules = " ".join(f"when {test} then '{rule}:{column.name}'" for column in columns for rule, test in _rules(column))
    return f"""
        select *, md5(to_json([{cells}])) as _row_hash,
            case when _broken is not null then _broken {rules} end as _rule
        from ({rows})
    """


def _pick_fresh(connection: duckdb.DuckDBPyConnection, source: _Source) -> None:
    """Fill `fresh` with the numbers of the rows that are whole and not duplicates.

    A keyless row is known by all its cells: it is a duplicate when an equal one is loaded already.
    A keyed row is a duplicate when it equals the version of its key that stood before it; a value
    that changed and changed back is a change, not a duplicate.
    """
    rows = _fresh_keyed(source) if source.contract.key else _fresh_keyless(source)
    connection.execute(f"create or replace temp table fresh as {rows}")


def _fresh_keyless(source: _Source) -> str:
    return f"""
        select min(_row_number) as _row_number from arrived
        where _rule is null and _row_hash not in (select _row_hash from {source.contract.relation})
        group by _row_hash
    """


def _fresh_keyed(source: _Source) -> str:
    key = ", ".join(source.contract.key)
    return f"""
        select _row_number from (
            select arriving._row_number, arriving._row_hash, coalesce(
                lag(arriving._row_hash) over (partition by {key} order by arriving._row_number),
                known._row_hash) as _before
            from arrived as arriving left join (
                select {key}, arg_max(_row_hash, (_delivery_date, _row_number)) as _row_hash
                from {source.contract.relation} where _delivery_date <= date '{source.delivery_date}' group by {key}
            ) as known using ({key})
            where arriving._rule is null
        ) where _row_hash is distinct from _before
    """


def _rules(column: Column) -> Iterator[tuple[str, str]]:
    """The reasons for which a cell breaks its contract, as (rule, SQL condition)."""
    if column.required:
        yield "required", f"{column.name} is null or trim({column.name}) = ''"
    fits = _fits(column)
    if fits:
        yield column.type, f"{column.name} is not null and not ({fits})"


def _fits(column: Column) -> str | None:
    """SQL condition: staging can cast the cell, and on every engine to the same value. None for text."""
    cell = f"trim({column.name})"
    match column.type:
        case "integer":
            return f"regexp_full_match({cell}, '[+-]?[0-9]{{1,18}}')"
        case "decimal":
            # The pattern is fifty times faster than the cast and settles nearly every cell.
            plain = f"regexp_full_match({cell}, '[+-]?[0-9]{{1,13}}([.][0-9]{{0,9}})?')"
            digits = f"regexp_full_match({cell}, '[+-]?[0-9]*[.]?[0-9]*([eE][+-]?[0-9]+)?')"
            return f"{plain} or ({digits} and try_cast({cell} as decimal(18, 4)) is not null)"
        case "timestamp" | "date":
            # An offset other than zero is refused: a cast to timestamp would drop it and be hours off.
            moment = f"try_cast({column.name} as timestamp)"
            return f"regexp_full_match({column.name}, '{MOMENT}') and {moment} is not null"
        case "boolean":
            return f"lower({column.name}) in ('0', '1', 'true', 'false')"
    return None


def _set_aside(connection: duckdb.DuckDBPyConnection, source: _Source) -> None:
    cells = ", ".join(f"{column.name}: {column.name}" for column in source.contract.columns)
    reasons = " ".join(f"when '{rule}' then '{_quoted(reason)}'" for rule, reason in REASONS.items())
    connection.execute(f"""
        insert into ops.quarantine by name
        select '{source.arrival.file_id}' as file_id, date '{source.delivery_date}' as delivery_date,
            _row_number as row_number, split_part(_rule, ':', 1) as rule,
            nullif(split_part(_rule, ':', 2), '') as column_name,
            case split_part(_rule, ':', 1) {reasons} end as reason,
            coalesce(_original, to_json({{{cells}}})) as original
        from arrived where _rule is not null
    """)


def _standing(connection: duckdb.DuckDBPyConnection, source: _Source) -> tuple[int, int]:
    """Rows loaded and rows quarantined that the tables hold of this content of this day, under whatever file name."""
    file_id, day = source.arrival.file_id, source.delivery_date
    return (
        _count(connection, f"{source.contract.relation} where _file_id = '{file_id}' and _delivery_date = '{day}'"),
        _count(connection, f"ops.quarantine where file_id = '{file_id}' and delivery_date = '{day}'"),
    )


def _names(contract: Contract) -> str:
    return ", ".join(column.name for column in contract.columns)


def _count(connection: duckdb.DuckDBPyConnection, rows: str) -> int:
    found = connection.execute(f"select count(*) from {rows}").fetchone()
    return int(found[0]) if found else 0


def _quoted(text: str) -> str:
    return text.replace("'", "''")
