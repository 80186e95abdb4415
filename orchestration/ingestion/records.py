"""The slow way of reading a file: record by record, so that damage is isolated where that is certain.

CSV goes through Python's csv module, JSON lines through its json module. What comes out are batches of rows,
the broken ones with their fault and their original text.
"""

import csv
import json
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from orchestration.ingestion.contract_model import Contract
from orchestration.ingestion.sources import (
    MAX_CELL_CHARACTERS,
    MAX_OBJECT_CHARACTERS,
    RefusedFileError,
    Source,
    as_json_text,
)

BATCH_ROWS = 50_000
NUMERIC = ("integer", "decimal", "date", "timestamp")


@dataclass(frozen=True)
class Record:
    """One row of a file: its cells by column, or its fault and its original text."""

    cells: dict[str, str | None]
    broken: str | None = None
    original: str | None = None


def batches(source: Source) -> Iterator[pa.Table]:
    """Every row of a file, in its order, in tables of a bounded number of rows.

    Raises:
        RefusedFileError: the structure cannot be read with certainty.
    """
    names = [*(column.name for column in source.contract.columns), "_broken", "_original"]
    schema = pa.schema([(name, pa.string()) for name in names])
    rows: list[dict[str, Any]] = []
    for record in _read(source):
        rows.append({**record.cells, "_broken": record.broken, "_original": record.original})
        if len(rows) == BATCH_ROWS:
            yield pa.Table.from_pylist(rows, schema=schema)
            rows = []
    yield pa.Table.from_pylist(rows, schema=schema)


def _read(source: Source) -> Iterator[Record]:
    if source.arrival.longest_line > MAX_OBJECT_CHARACTERS * 4:
        raise RefusedFileError(
            f"One of its lines is {source.arrival.longest_line / 1e6:.0f} MB long; none is meant to be."
        )
    return _json_records(source) if source.is_json else _csv_records(source)


# ---------------------------------------------------------------- CSV


def _csv_records(source: Source) -> Iterator[Record]:
    header, columns = list(source.header), source.contract.columns
    width, footer = len(header), source.fit.footer
    places = [(column.name, source.places.get(column.name)) for column in columns]
    records = _raw_records(source)
    for _ in range(source.fit.preamble + 1):
        next(records, None)
    for number, cells in enumerate((record for record in records if record), start=1):
        record = _fitted(cells, header)
        broken = _fault(record, header)
        if footer is not None and footer.search(next(filter(None, record), "")):
            broken = "footer"
        if broken is None and _spans_rows(record, source):
            broken = "spans_rows"
        if broken is None:
            yield Record({name: None if place is None else record[place] or None for name, place in places})
            continue
        if len(record) != width and any("\n" in cell for cell in record):
            raise RefusedFileError(f"A quotation mark in or before row {number} is never closed.")
        yield Record({}, broken, json.dumps(record, ensure_ascii=False))


def _raw_records(source: Source) -> Generator[list[str]]:
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    with source.text.open(encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text, delimiter=source.fit.shape.delimiter, strict=True)
        try:
            yield from reader
        except csv.Error as error:
            raise RefusedFileError(f"Its quoting breaks near line {reader.line_num}: {error}.") from error


def _fitted(record: list[str], header: Sequence[str]) -> list[str]:
    """The record with the delimiters at its end that hold nothing, taken off or put on to fit the header's."""
    width = len(header)
    while len(record) > width and not record[-1]:
        record = record[:-1]
    if len(record) < width and not any(title.strip() for title in header[len(record) :]):
        record = record + [""] * (width - len(record))
    return record


def _spans_rows(record: list[str], source: Source) -> bool:
    """Whether two stray quotes have made one row of several: each of its lines reads like a row of its own."""
    delimiter, width = source.fit.shape.delimiter, len(source.header)
    breaks = sum(cell.count("\n") for cell in record)
    if not breaks or sum(cell.count(delimiter) for cell in record) != breaks * (width - 1):
        return False
    lines = [line.split(delimiter) for line in delimiter.join(record).split("\n")]
    return all(len(line) == width and _reads_like_a_row(line, source) for line in lines)


def _reads_like_a_row(cells: list[str], source: Source) -> bool:
    asked = [column for column in source.contract.columns if column.name in source.places]
    texts = [(column, cells[source.places[column.name]].strip()) for column in asked]
    is_telling = any(column.type in NUMERIC and text for column, text in texts)
    return is_telling and all(
        bool(text) or not column.required
        if column.type not in NUMERIC
        else any(letter.isdigit() for letter in text) or not (text or column.required)
        for column, text in texts
    )


def _fault(record: list[str], header: list[str]) -> str | None:
    if record == header:
        return "repeated_header"
    if len(record) != len(header):
        return "wrong_number_of_cells"
    if any("\x00" in cell for cell in record):
        return "nul_byte"
    return None


# ---------------------------------------------------------------- JSON lines


def _json_records(source: Source) -> Iterator[Record]:
    with source.text.open(encoding="utf-8-sig", newline="\n") as lines:
        for line in lines:
            if not line.strip():
                continue
            yield _json_record(line.rstrip("\r\n"), source.contract)


def _json_record(line: str, contract: Contract) -> Record:
    try:
        thing = json.loads(line, object_pairs_hook=_once_each)
    except (ValueError, RecursionError):
        return Record({}, "not_json", line)
    if not isinstance(thing, dict):
        return Record({}, "not_an_object", line)
    cells = {
        column.name: next((value for path in column.headers if (value := _at(thing, path)) is not None), None)
        for column in contract.columns
    }
    if any(value is not None and "\x00" in value for value in cells.values()):
        return Record({}, "nul_byte", line)
    return Record(cells)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    thing = dict(pairs)
    if len(thing) < len(pairs):
        raise ValueError("a name stands twice")
    return thing


def _at(thing: Any, path: str) -> str | None:
    """The value at a dotted path as text; nothing, null and the empty text are None."""
    for step in path.split("."):
        if not isinstance(thing, dict):
            return None
        thing = thing.get(step)
    if thing is None or thing == "":
        return None
    if isinstance(thing, str):
        return thing
    if isinstance(thing, bool):
        return "true" if thing else "false"
    return as_json_text(thing)
