"""What earlier deliveries of a feed mean for one that comes now: is it known, too small, must others be read again.

Only the books are asked, and rows taken back; what is read again comes from the archive.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from orchestration.ingestion.arrival import fingerprint
from orchestration.ingestion.contracts import Contract
from orchestration.ingestion.inbox import InboxFile
from orchestration.ingestion.opening import Places

# How many deliveries before this one say what is usual.
USUAL_DELIVERIES = 5
BOOKS = ("row_conservation", "delivery_findings", "deliveries")


@dataclass(frozen=True)
class Yard:
    """Where files are kept while a run takes them in, for which day it does, and which feeds may shrink.

    `accept_volume` names feeds (SYSTEM/FEED) whose held-back deliveries a human has found right.
    """

    archive: Path
    scratch: Path
    run_id: str
    as_of_date: date
    accept_volume: frozenset[str] = field(default=frozenset())

    @property
    def places(self) -> Places:
        return Places(self.archive, self.scratch)


def is_known(file: InboxFile, known: Mapping[tuple[date, str], set[str]]) -> bool:
    """Whether this very content came under this name on this day before. Only then is the file hashed twice."""
    if file.delivery_date is None:
        return False
    hashes = known.get((file.delivery_date, file.name), set())
    return bool(hashes) and fingerprint(file.path) in hashes


def first_day_to_read_again(connection: duckdb.DuckDBPyConnection, contract: Contract, yard: Yard) -> date | None:
    """The first day of which something was set aside under an older contract, or was held back and is now accepted."""
    _accept(connection, contract, yard)
    found = connection.execute(
        """
        select min(delivery_date) from ops.deliveries join ops.row_conservation
            using (file_id, source_system, feed, delivery_date, file_name)
        left join ops.accepted_volumes as accepted using (source_system, feed, delivery_date, sha256)
        where source_system = ? and feed = ? and (
            (rows_quarantined > 0 or status = 'quarantined') and contract_hash is distinct from ?
            or status = 'held' and accepted.sha256 is not null
        )
        """,
        [contract.system, contract.feed, contract.fingerprint],
    ).fetchone()
    return found[0] if found else None


def take_back_from(connection: duckdb.DuckDBPyConnection, contract: Contract, day: date, yard: Yard) -> list[InboxFile]:
    """Take what was delivered on or after `day` out of the table and the books; returns the archived originals."""
    feed = [contract.system, contract.feed, day]
    which = "source_system = ? and feed = ? and delivery_date >= ?"
    # What a mended contract lets in is known from now on; the rest stays known since it was loaded first.
    later = connection.execute(
        f"""
        select sha256, delivery_date, file_name, size_bytes, case when contract_hash = ? then loaded_as_of end
        from ops.deliveries where {which} order by rowid
        """,
        [contract.fingerprint, *feed],
    ).fetchall()
    if later:
        connection.execute(f"delete from {contract.relation} where _delivery_date >= ?", [day])
        connection.execute(
            f"delete from ops.quarantine where (file_id, delivery_date) in "
            f"(select (file_id, delivery_date) from ops.deliveries where {which})",
            feed,
        )
        for book in BOOKS:
            connection.execute(f"delete from ops.{book} where {which}", feed)
    return [
        InboxFile(
            *(yard.archive / sha256[:2] / sha256, contract.system, delivered, size, contract, ""),
            original_name=name,
            known_since=known_since,
        )
        for sha256, delivered, name, size, known_since in later
    ]


def too_small(connection: duckdb.DuckDBPyConnection, contract: Contract, day: date, sha256: str, rows: int) -> str:
    """Why a full delivery of so few rows is held back, or ''. Nobody closes thousands of accounts overnight."""
    if contract.delivery.kind != "full":
        return ""
    usual = connection.execute(
        """
        select median(rows_read) from (
            select rows_read from ops.row_conservation join ops.deliveries
                using (file_id, source_system, feed, delivery_date, file_name)
            where source_system = ? and feed = ? and delivery_date < ? and status = 'loaded'
            order by delivery_date desc, file_name limit ?
        ) where not exists (
            from ops.accepted_volumes where source_system = ? and feed = ? and delivery_date = ? and sha256 = ?
        )
        """,
        [contract.system, contract.feed, day, USUAL_DELIVERIES, contract.system, contract.feed, day, sha256],
    ).fetchone()
    if usual is None or usual[0] is None or rows >= usual[0] * contract.delivery.minimum_share:
        return ""
    return (
        f"It holds {rows:,} rows where {usual[0]:,.0f} are usual, and says that it holds everything. It is held back "
        f"until somebody accepts it: crm run --accept-volume {contract.name}"
    )


def supersede(connection: duckdb.DuckDBPyConnection, contract: Contract, file: InboxFile, file_id: str) -> None:
    """Where a feed is corrected delivery by delivery: this file takes the place of the one of its name and day."""
    if contract.delivery.correction == "delivery":
        connection.execute(
            f"""
            update {contract.relation} set _superseded_by = ? where _superseded_by is null and _delivery_date = ?
                and _file_id in (select file_id from ops.deliveries where source_system = ? and feed = ?
                    and delivery_date = ? and file_name = ? and file_id <> ?)
            """,
            [file_id, file.delivery_date, contract.system, contract.feed, file.delivery_date, file.name, file_id],
        )


def _accept(connection: duckdb.DuckDBPyConnection, contract: Contract, yard: Yard) -> None:
    """Remember what is accepted: the delivery may have to be read again when a late one comes."""
    if contract.name in yard.accept_volume:
        connection.execute(
            """
            insert into ops.accepted_volumes
            select distinct source_system, feed, delivery_date, sha256 from ops.deliveries
            where source_system = ? and feed = ? and status = 'held'
            """,
            [contract.system, contract.feed],
        )
