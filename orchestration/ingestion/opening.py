"""From an inbox file to a source that can be read: taken in, recognised, and turned into plain records.

A workbook becomes CSV and a JSON document becomes lines of JSON, so that one way of reading serves all.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.ingestion import workbooks
from orchestration.ingestion.arrival import Arrival, rewrite, take_in
from orchestration.ingestion.containers import ContainerError
from orchestration.ingestion.contract_model import Contract
from orchestration.ingestion.inbox import InboxFile, read_head
from orchestration.ingestion.recognition import Fit
from orchestration.ingestion.sources import RefusedFileError, Source, as_json_text

MAX_DOCUMENT_BYTES = 256 * 1024 * 1024
NOT_TEXT = ("parquet", "xlsx")


@dataclass(frozen=True)
class Places:
    """Where originals are kept, and where copies live while they are read."""

    archive: Path
    scratch: Path


def arrive(file: InboxFile, contract: Contract, places: Places) -> tuple[Arrival, Fit | None]:
    """Take a file in and find out which dialect of its contract it is written in; None when in none."""
    try:
        head = read_head(file.path, file.original_name)
        fit = head.fit_named(contract)
    except ContainerError:
        fit = None
    shapes = [fit.shape] if fit else [shape for shape in contract.files if shape.format not in NOT_TEXT]
    binary = fit is not None and fit.shape.format in NOT_TEXT
    encodings = [] if binary else [name for shape in shapes for name in shape.encodings]
    return take_in(file.path, encodings or ([] if binary else ["utf-8"]), places.archive, places.scratch), fit


def open_source(file: InboxFile, contract: Contract, arrival: Arrival, fit: Fit | None, scratch: Path) -> Source:
    """The taken-in file as something to read.

    Raises:
        RefusedFileError: the file must be quarantined whole.
    """
    if file.delivery_date is None:
        raise ValueError(f"{file.name} has no delivery date; only files that fit a contract are loaded.")
    if arrival.fault:
        raise RefusedFileError(arrival.fault)
    if arrival.text is None:
        allowed = sorted({name for shape in contract.files for name in shape.encodings})
        guess = f" It may be {arrival.guess}; if so, add that to the contract." if arrival.guess else ""
        raise RefusedFileError(f"It is not text in {' or '.join(allowed)}.{guess}")
    if fit is None:
        raise RefusedFileError(_lack(file, contract))
    doubtful = contract.doubtful(fit.header) if fit.shape.format in ("csv", "xlsx") else []
    if doubtful:
        raise RefusedFileError(
            f"The header {', '.join(doubtful)} stands there twice, and the contract does not say which one counts."
        )
    arrival = _as_records(arrival, fit, scratch)
    return Source(fit, file.delivery_date, arrival, arrival.text or arrival.original)


def _lack(file: InboxFile, contract: Contract) -> str:
    head = read_head(file.path, file.original_name)
    found = [header for shape in contract.files for header in head.headers(shape)]
    nearest = max(found, key=lambda header: len(contract.mapping(header)), default=[])
    missing = contract.missing(nearest)
    if missing and contract.mapping(nearest):
        return f"It lacks the column {', '.join(missing)}."
    return f"Its header is not that of {contract.name}."


def _as_records(arrival: Arrival, fit: Fit, scratch: Path) -> Arrival:
    target = scratch / f"{arrival.sha256}.records"
    path = arrival.text or arrival.original
    try:
        if fit.shape.format == "xlsx":
            return rewrite(arrival, _csv_lines(path, fit), target)
        if fit.shape.format == "json" or fit.shape.records:
            return rewrite(arrival, _json_lines(path, fit), target)
    except ContainerError as error:
        target.unlink(missing_ok=True)
        raise RefusedFileError(str(error)) from error
    except RefusedFileError:
        target.unlink(missing_ok=True)
        raise
    return arrival


def _csv_lines(path: Path, fit: Fit) -> Iterator[str]:
    width = len(fit.header)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for number, row in enumerate(workbooks.rows(path)):
        # A sheet leaves blank cells out at the end of a row; a row longer than the header stays longer.
        writer.writerow(row + [""] * (width - len(row)) if number >= fit.preamble else row)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _json_lines(path: Path, fit: Fit) -> Iterator[str]:
    with path.open(encoding="utf-8-sig") as file:
        if fit.shape.format == "ndjson":
            for line in file:
                yield from _listed(line, fit)
        elif path.stat().st_size > MAX_DOCUMENT_BYTES:
            raise RefusedFileError("It is one JSON document of more than 256 MB; export it as lines of JSON.")
        else:
            yield from _listed(file.read(), fit)


def _listed(text: str, fit: Fit) -> Iterator[str]:
    """The things of one JSON document, one line each. A line of JSON lines that is none goes on as it is."""
    if not text.strip():
        return
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        if fit.shape.format == "ndjson":
            yield text
            return
        raise RefusedFileError("It is cut off or is no JSON document.") from error
    name = fit.shape.records
    things: Any = document.get(name) if name and isinstance(document, Mapping) else document
    if not isinstance(things, list):
        raise RefusedFileError(f"It has no list called {name}." if name else "It is not a list of objects.")
    for thing in things:
        yield as_json_text(thing) + "\n"
