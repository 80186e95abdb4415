"""One feed's deliveries, from the inbox into the warehouse and its books. Each file is one transaction."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import duckdb

from orchestration import ledger
from orchestration.ingestion.arrival import Arrival
from orchestration.ingestion.contracts import Contract
from orchestration.ingestion.history import (
    Yard,
    first_day_to_read_again,
    is_known,
    supersede,
    take_back_from,
    too_small,
)
from orchestration.ingestion.inbox import InboxFile
from orchestration.ingestion.load import Counts, create_raw_table, forget, load
from orchestration.ingestion.opening import arrive, open_source
from orchestration.ingestion.plain import NotPlainError, bring_in, load_plain, may_be_plain, put_out
from orchestration.ingestion.quarantine import hold_back, refuse
from orchestration.ingestion.reading import Reading, read
from orchestration.ingestion.recognition import Fit
from orchestration.ingestion.sources import RefusedFileError, Source
from orchestration.ingestion.writing import brought_to_disk

__all__ = ["Received", "Yard", "receive"]


@dataclass(frozen=True)
class Received:
    """What one run took in for one feed."""

    files: int
    rows_read: int
    rows_loaded: int
    rows_quarantined: int
    rows_duplicate: int
    is_balanced: bool


@dataclass(frozen=True)
class _Taken:
    """A file whose copy stands in the archive; `fit` is the dialect of its contract, None where it is in none."""

    file: InboxFile
    arrival: Arrival
    fit: Fit | None


@dataclass(frozen=True)
class _Outcome:
    """What became of one file. `status` is loaded, quarantined (refused whole) or held (too small to be believed)."""

    file: InboxFile
    arrival: Arrival
    counts: Counts
    status: str = "loaded"
    reason: str = ""


def receive(
    connection: duckdb.DuckDBPyConnection, contract: Contract, files: Iterable[InboxFile], yard: Yard
) -> Received:
    """Load every file of a feed that is not in the books yet. Running it again changes nothing.

    A row is held against what came before it, so a late delivery is put in its place: what came on its day and after
    it is read again, from the archive. In whatever order deliveries arrive, the table comes out the same. What was set
    aside under a contract that has been mended since is read again, too.
    """
    create_raw_table(connection, contract)
    known = ledger.known_deliveries(connection, contract)
    due = [file for file in files if not is_known(file, known)]
    again = [file.delivery_date for file in due if file.delivery_date is not None]
    set_aside_on = first_day_to_read_again(connection, contract, yard)
    if set_aside_on is not None:
        again.append(set_aside_on)
    if again:
        due = take_back_from(connection, contract, min(again), yard) + due
    if due:
        put_out(connection, contract)
    in_order = sorted(due, key=lambda file: (file.delivery_date or date.min, file.name))
    counts = [_receive_one(connection, contract, file, yard).counts for file in in_order]
    return Received(
        files=len(counts),
        rows_read=sum(count.rows_read for count in counts),
        rows_loaded=sum(count.rows_loaded for count in counts),
        rows_quarantined=sum(count.rows_quarantined for count in counts),
        rows_duplicate=sum(count.rows_duplicate for count in counts),
        is_balanced=all(count.is_balanced for count in counts),
    )


def _receive_one(connection: duckdb.DuckDBPyConnection, contract: Contract, file: InboxFile, yard: Yard) -> _Outcome:
    taken = _Taken(file, *arrive(file, contract, yard.places))
    with brought_to_disk(taken.arrival.original):
        return _receive_taken(connection, contract, taken, yard)


def _receive_taken(connection: duckdb.DuckDBPyConnection, contract: Contract, taken: _Taken, yard: Yard) -> _Outcome:
    file, arrival = taken.file, taken.arrival
    reading: Reading | None = None
    refusal = ""
    try:
        source = open_source(file, contract, arrival, taken.fit, yard.scratch)
        arrival = source.arrival
        if may_be_plain(connection, source):
            plain = _take_plain(connection, file, source, yard)
            if plain is not None:
                return plain
        reading = read(connection, source)
    except RefusedFileError as error:
        refusal = str(error)
    finally:
        arrival.throw_away_copies()
    with _transaction(connection):
        if reading is None:
            outcome = _Outcome(file, arrival, refuse(connection, file, arrival, refusal), "quarantined", refusal)
        else:
            outcome = _take(connection, contract, file, reading)
        _enter(connection, contract, outcome, yard)
    forget(connection)
    return outcome


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.execute("begin")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def _take_plain(connection: duckdb.DuckDBPyConnection, file: InboxFile, source: Source, yard: Yard) -> _Outcome | None:
    """Load the file the short way; None, and nothing has happened, when it must go the long one."""
    contract, arrival = source.contract, source.arrival
    try:
        bring_in(connection, source)
        with _transaction(connection):
            supersede(connection, contract, file, arrival.file_id)
            outcome = _Outcome(file, arrival, load_plain(connection, source))
            if too_small(connection, contract, source.delivery_date, arrival.sha256, outcome.counts.rows_read):
                raise NotPlainError
            _enter(connection, contract, outcome, yard)
    except (NotPlainError, duckdb.Error):
        put_out(connection, contract)
        return None  # not lost: the long way reads the same file and says what is wrong
    return outcome


def _take(connection: duckdb.DuckDBPyConnection, contract: Contract, file: InboxFile, reading: Reading) -> _Outcome:
    """Load what was read, unless it is too little to be everything that it says it is."""
    arrival, day = reading.source.arrival, reading.source.delivery_date
    why = too_small(connection, contract, day, arrival.sha256, reading.rows_read)
    if why:
        return _Outcome(file, arrival, hold_back(connection, file, reading, why), "held", why)
    supersede(connection, contract, file, arrival.file_id)
    return _Outcome(file, arrival, load(connection, reading))


def _enter(connection: duckdb.DuckDBPyConnection, contract: Contract, outcome: _Outcome, yard: Yard) -> None:
    file, arrival, counts = outcome.file, outcome.arrival, outcome.counts
    feed = {
        "file_id": arrival.file_id,
        "source_system": contract.system,
        "feed": contract.feed,
        "delivery_date": file.delivery_date,
        "file_name": file.name,
    }
    delivery = {
        **feed,
        "domain": contract.domain,
        "sha256": arrival.sha256,
        "size_bytes": arrival.size,
        "encoding": arrival.encoding,
        "status": outcome.status,
        "reason": outcome.reason,
        "unmapped_columns": ", ".join(counts.unmapped),
        "loaded_as_of": file.known_since or yard.as_of_date,
        "contract_hash": contract.fingerprint,
    }
    conservation = {
        **feed,
        "domain": contract.domain,
        "rows_read": counts.rows_read,
        "rows_loaded": counts.rows_loaded,
        "rows_quarantined": counts.rows_quarantined,
        "rows_duplicate": counts.rows_duplicate,
        "is_balanced": counts.is_balanced,
        "run_id": yard.run_id,
    }
    findings = [
        {**feed, "finding": finding, "column_name": column or None, "cells": cells}
        for finding, column, cells in counts.findings
    ]
    ledger.note(connection, "ops.deliveries", [delivery])
    ledger.note(connection, "ops.row_conservation", [conservation])
    ledger.note(connection, "ops.delivery_findings", findings)
