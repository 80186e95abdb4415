"""One feed's deliveries, from the inbox into the warehouse and its books. Each file is one transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from orchestration import ledger
from orchestration.ingestion.arrival import Arrival, fingerprint
from orchestration.ingestion.contracts import Contract
from orchestration.ingestion.inbox import InboxFile
from orchestration.ingestion.load import Counts, Reading, create_raw_table, load, read
from orchestration.ingestion.opening import Places, arrive, open_source
from orchestration.ingestion.quarantine import refuse
from orchestration.ingestion.sources import RefusedFileError


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
class Yard:
    """Where files are kept while a run takes them in, and for which day it does."""

    archive: Path
    scratch: Path
    run_id: str
    as_of_date: date

    @property
    def places(self) -> Places:
        return Places(self.archive, self.scratch)


def receive(
    connection: duckdb.DuckDBPyConnection, contract: Contract, files: Iterable[InboxFile], yard: Yard
) -> Received:
    """Load every file of a feed that is not in the books yet. Running it again changes nothing.

    A row is held against what came before it, so a late delivery is put in its place: what came after it
    is read again, from the archive. In whatever order deliveries arrive, the table comes out the same.
    """
    create_raw_table(connection, contract)
    known = ledger.known_deliveries(connection, contract)
    due = [file for file in files if not _is_known(file, known)]
    if due:
        due += _take_back_after(connection, contract, min(file.delivery_date or date.min for file in due), yard)
    in_order = sorted(due, key=lambda file: (file.delivery_date or date.min, file.name))
    counts = [_receive_one(connection, contract, file, yard) for file in in_order]
    return Received(
        files=len(counts),
        rows_read=sum(count.rows_read for count in counts),
        rows_loaded=sum(count.rows_loaded for count in counts),
        rows_quarantined=sum(count.rows_quarantined for count in counts),
        rows_duplicate=sum(count.rows_duplicate for count in counts),
        is_balanced=all(count.is_balanced for count in counts),
    )


def _take_back_after(
    connection: duckdb.DuckDBPyConnection, contract: Contract, day: date, yard: Yard
) -> list[InboxFile]:
    """Take what was delivered after `day` out of the table and the books; returns the archived originals."""
    feed = [contract.system, contract.feed, day]
    which = "source_system = ? and feed = ? and delivery_date > ?"
    later = connection.execute(
        f"select sha256, delivery_date, file_name, size_bytes from ops.deliveries where {which}", feed
    ).fetchall()
    if later:
        connection.execute(f"delete from {contract.relation} where _delivery_date > ?", [day])
        connection.execute(
            f"delete from ops.quarantine where (file_id, delivery_date) in "
            f"(select (file_id, delivery_date) from ops.deliveries where {which})",
            feed,
        )
        for book in ("row_conservation", "delivery_findings", "deliveries"):
            connection.execute(f"delete from ops.{book} where {which}", feed)
    return [
        InboxFile(
            yard.archive / sha256[:2] / sha256, contract.system, delivered, size, contract, "", original_name=name
        )
        for sha256, delivered, name, size in later
    ]


def _is_known(file: InboxFile, known: Mapping[tuple[date, str], set[str]]) -> bool:
    """Whether this very content came under this name on this day before. Only then is the file hashed twice."""
    if file.delivery_date is None:
        return False
    hashes = known.get((file.delivery_date, file.name), set())
    return bool(hashes) and fingerprint(file.path) in hashes


def _receive_one(connection: duckdb.DuckDBPyConnection, contract: Contract, file: InboxFile, yard: Yard) -> Counts:
    arrival, fit = arrive(file, contract, yard.places)
    reading: Reading | None = None
    refusal = ""
    try:
        source = open_source(file, contract, arrival, fit, yard.scratch)
        arrival = source.arrival
        reading = read(connection, source)
    except RefusedFileError as error:
        refusal = str(error)
    connection.execute("begin")
    try:
        counts = load(connection, reading) if reading else refuse(connection, file, arrival, refusal)
        _enter(connection, _Entry(contract, file, arrival, counts, refusal, yard))
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")
    arrival.throw_away_copies()
    return counts


@dataclass(frozen=True)
class _Entry:
    contract: Contract
    file: InboxFile
    arrival: Arrival
    counts: Counts
    refusal: str
    yard: Yard


def _enter(connection: duckdb.DuckDBPyConnection, entry: _Entry) -> None:
    feed = {
        "file_id": entry.arrival.file_id,
        "source_system": entry.contract.system,
        "feed": entry.contract.feed,
        "delivery_date": entry.file.delivery_date,
        "file_name": entry.file.name,
    }
    what = {**feed, "domain": entry.contract.domain}
    delivery = {
        **what,
        "sha256": entry.arrival.sha256,
        "size_bytes": entry.arrival.size,
        "encoding": entry.arrival.encoding,
        "status": "quarantined" if entry.refusal else "loaded",
        "reason": entry.refusal,
        "unmapped_columns": ", ".join(entry.counts.unmapped),
        "loaded_as_of": entry.yard.as_of_date,
    }
    conservation = {
        **what,
        "rows_read": entry.counts.rows_read,
        "rows_loaded": entry.counts.rows_loaded,
        "rows_quarantined": entry.counts.rows_quarantined,
        "rows_duplicate": entry.counts.rows_duplicate,
        "is_balanced": entry.counts.is_balanced,
        "run_id": entry.yard.run_id,
    }
    findings = [
        {**feed, "finding": finding, "column_name": column or None, "cells": cells}
        for finding, column, cells in entry.counts.findings
    ]
    ledger.note(connection, "ops.deliveries", [delivery])
    ledger.note(connection, "ops.row_conservation", [conservation])
    ledger.note(connection, "ops.delivery_findings", findings)
