"""Which contract a file fits: by its name and by the headers it carries, never by where they stand.

Only the beginning of a file is looked at. `Fit` is what was found: the contract, its dialect, the header.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path
from typing import Any

from orchestration.ingestion.contract_model import Contract, FileShape, fold
from orchestration.ingestion.encoding import decode_head
from orchestration.ingestion.workbooks import first_rows

HEAD_BYTES = 256 * 1024
HEAD_LINES = 200
MAX_HEADER_WITHIN = 50
# How Parquet files and workbooks (zip files) begin.
PARQUET_MARK, ZIP_MARK = b"PAR1", b"PK"


@dataclass(frozen=True)
class Fit:
    """A contract that a file fits. `preamble` is how many records stand above the header."""

    contract: Contract
    shape: FileShape
    header: tuple[str, ...]
    preamble: int = 0

    @cached_property
    def footer(self) -> re.Pattern[str] | None:
        """What the first filled cell of a total or a notice matches."""
        return re.compile(self.shape.footer) if self.shape.footer else None

    @property
    def known(self) -> int:
        """How many of the file's headers the contract knows."""
        return len(self.contract.mapping(self.header))


@dataclass(frozen=True)
class Head:
    """The name of a plain file, its first bytes, and where it lies."""

    name: str
    content: bytes
    path: Path

    def fits(self, contract: Contract) -> Iterator[Fit]:
        """Every dialect of a contract that this file is written in."""
        for shape in contract.files:
            if fnmatch(self.name.lower(), shape.pattern.lower()):
                yield from self.under(contract, shape)

    def under(self, contract: Contract, shape: FileShape) -> Iterator[Fit]:
        """The file read the way a shape says; nothing when no required header is found that way."""
        for preamble, header in enumerate(self.headers(shape)):
            if not contract.missing(header) and contract.mapping(header) and _is_distinctive(header, shape):
                yield Fit(contract, shape, tuple(header), preamble)
                return

    def headers(self, shape: FileShape) -> list[list[str]]:
        """What may be the header under a shape: the first records, or the paths of the first objects."""
        if shape.format == "csv":
            return _first_records(self.content, shape)
        if shape.format == "parquet":
            return _parquet_paths(self)
        if shape.format == "xlsx":
            return first_rows(self.path, shape.header_within) if self.content.startswith(ZIP_MARK) else []
        text = decode_head(self.content, shape.encodings)
        paths = sorted(_paths(text, shape)) if text is not None else []
        return [paths] if paths else []

    def fit_named(self, contract: Contract) -> Fit | None:
        """The best dialect of a contract that somebody has named, whatever the file is called."""
        found = list(self.fits(contract)) or [fit for shape in contract.files for fit in self.under(contract, shape)]
        if not found and not self.content.strip():
            found = [Fit(contract, shape, ()) for shape in contract.files if shape.format == "ndjson"]
        return max(found, key=lambda fit: fit.known, default=None)


def find(contracts: Iterable[Contract], head: Head) -> Fit | None:
    """The contract a file fits: by its name, and by a header with every required column.

    Where several fit, the one that knows most of the header wins.
    """
    fitting = [fit for contract in contracts for fit in head.fits(contract)]
    return max(fitting, key=lambda fit: (fit.known, fit.contract.name), default=None)


def why_none(contracts: Iterable[Contract], head: Head) -> str:
    """Name the contract that comes nearest, if it knows a third of the header, and what the file lacks for it."""
    nearest: tuple[int, str] = (0, "Its first line is not the header of any known feed.")
    contracts = list(contracts)
    buried = why_buried(contracts, head)
    if buried:
        return buried
    for contract in contracts:
        for shape in contract.files:
            for header in head.headers(shape):
                known = len(contract.mapping(header))
                if known > nearest[0] and known * 3 >= len(header):
                    nearest = (known, _lack(contract, shape, header))
    return nearest[1]


def _is_distinctive(header: Iterable[str], shape: FileShape) -> bool:
    return {fold(title) for title in shape.distinctive} <= {fold(title) for title in header}


def why_buried(contracts: Iterable[Contract], head: Head) -> str:
    """Which contract the file would fit if there might be titles above its header, and what to do; '' for none."""
    deep = [
        contract.model_copy(update={"files": tuple(_deep(shape) for shape in contract.files)}) for contract in contracts
    ]
    fit = find(deep, head)
    if fit is None:
        return ""
    name, row = fit.contract.name, fit.preamble + 1
    return (
        f"The header of {name} stands in its row {row}. Delete what is above it, or say header_within: {row} in "
        f"data/contracts/{name}.yml (and footer, if totals stand below)."
    )


def _deep(shape: FileShape) -> FileShape:
    return shape.model_copy(update={"header_within": MAX_HEADER_WITHIN})


def _lack(contract: Contract, shape: FileShape, header: list[str]) -> str:
    missing = contract.missing(header)
    if missing:
        return f"It looks like {contract.name}, but lacks the column {', '.join(missing)}."
    return f"Its header fits {contract.name}, but its name does not fit {shape.pattern}."


def _first_records(content: bytes, shape: FileShape) -> list[list[str]]:
    text = decode_head(content, shape.encodings)
    if text is None:
        return []
    records: list[list[str]] = []
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=shape.delimiter)
    try:
        for record in reader:
            records.append(record)
            if len(records) == shape.header_within:
                break
    except csv.Error:
        pass  # what stands before the broken quote may still be the header
    return records


def _parquet_paths(head: Head) -> list[list[str]]:
    if not head.content.startswith(PARQUET_MARK):
        return []
    import pyarrow.parquet as pq
    from pyarrow import ArrowInvalid

    try:
        schema = pq.read_schema(head.path)
    except ArrowInvalid:
        return []
    return [sorted(path for field in schema for path in _arrow_paths(field, ""))]


def _arrow_paths(field: Any, above: str) -> Iterator[str]:
    yield f"{above}{field.name}"
    if hasattr(field.type, "fields") and str(field.type).startswith("struct"):
        for inner in field.type.fields:
            yield from _arrow_paths(inner, f"{above}{field.name}.")


def _paths(text: str, shape: FileShape) -> set[str]:
    """Dotted paths of everything in the first objects of a JSON text."""
    found: set[str] = set()
    for thing in _objects(text, shape):
        found.update(_paths_of(thing, ""))
    return found


def _objects(text: str, shape: FileShape) -> Iterator[Mapping[str, Any]]:
    if shape.format == "json":
        yield from _listed(text, shape.records)
        return
    for line in text.lstrip("\ufeff").splitlines()[:HEAD_LINES]:
        try:
            thing = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(thing, dict):
            yield thing


def _listed(text: str, name: str | None) -> Iterator[Mapping[str, Any]]:
    """The objects of the list `name` (or of the list that the text is), as far as the text goes."""
    start = 0 if text.lstrip("\ufeff \r\n\t").startswith("[") else text.find(f'"{name}"')
    place = text.find("[", start) + 1 if start >= 0 else 0
    decoder = json.JSONDecoder()
    while 0 < place < len(text):
        place = len(text) - len(text[place:].lstrip(", \r\n\t"))
        try:
            thing, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            return
        if isinstance(thing, dict):
            yield thing


def _paths_of(thing: Mapping[str, Any], above: str) -> Iterator[str]:
    for key, value in thing.items():
        yield f"{above}{key}"
        if isinstance(value, dict) and above.count(".") < 8:
            yield from _paths_of(value, f"{above}{key}.")
