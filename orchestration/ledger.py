"""The books of the house: the tables under `ops` that say what arrived, what was refused and what was checked.

Only counts, names and dates stand in them; the one exception is `ops.quarantine`, which keeps refused
rows as they came and is never published.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import duckdb
import pandas as pd

from orchestration.ingestion.contracts import Contract
from orchestration.tables import grow

TABLES = {
    "ops.runs": "run_number bigint, run_id varchar, as_of_date date, last_assignment_number bigint",
    "ops.inbox": """source_system varchar, delivery_date date, file_name varchar, path varchar, size_bytes bigint,
        feed varchar, reason varchar, seen_as_of date""",
    "ops.inbox_unknown": """source_system varchar, delivery_date date, file_name varchar, size_bytes bigint,
        reason varchar, seen_as_of date""",
    "ops.deliveries": """file_id varchar, sha256 varchar, source_system varchar, feed varchar, domain varchar,
        delivery_date date, file_name varchar, size_bytes bigint, encoding varchar, status varchar, reason varchar,
        unmapped_columns varchar, loaded_as_of date, contract_hash varchar""",
    "ops.row_conservation": """file_id varchar, source_system varchar, feed varchar, domain varchar,
        delivery_date date, file_name varchar, rows_read bigint, rows_loaded bigint, rows_quarantined bigint,
        rows_duplicate bigint, is_balanced boolean, run_id varchar""",
    "ops.quarantine": """file_id varchar, delivery_date date, row_number bigint, rule varchar, column_name varchar,
        reason varchar, original varchar""",
    "ops.delivery_findings": """file_id varchar, source_system varchar, feed varchar, delivery_date date,
        file_name varchar, finding varchar, column_name varchar, cells bigint""",
    "ops.accepted_volumes": "source_system varchar, feed varchar, delivery_date date, sha256 varchar",
    "ops.feeds": """source_system varchar, feed varchar, domain varchar, owner varchar, last_delivery_date date,
        row_count bigint, stale_after_days integer, status varchar, as_of_date date""",
    "ops.quality_results": """run_id varchar, as_of_date date, kind varchar, suite varchar, check_name varchar,
        subject varchar, passed boolean, is_blocking boolean""",
    "ops.model_runs": """model_run_id varchar, model varchar, run_id varchar, as_of_date date, rows bigint,
        parameters varchar, gate varchar, gate_reason varchar, rung varchar, rival varchar, cutoffs varchar,
        metrics varchar, calibration varchar, drift varchar, season varchar, card_en varchar, card_zh varchar,
        back_test varchar, trained_on date""",
    "ops.fitted_models": "model varchar, trained_on date, definition varchar, sha256 varchar, parameters varchar",
}
# What the pages may read. The rest of ops names files and rows as they came.
PUBLISHED = (
    "ops.runs",
    "ops.inbox_unknown",
    "ops.deliveries",
    "ops.row_conservation",
    "ops.feeds",
    "ops.quality_results",
    "ops.model_runs",
)


def open_books(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the tables that are not there yet, and the columns that older ones lack."""
    for table, columns in TABLES.items():
        grow(connection, table, dict(column.split() for column in columns.split(",")))


def begin_run(connection: duckdb.DuckDBPyConnection, run_id: str, as_of_date: date) -> None:
    """Note the run; the newest row says which day the warehouse speaks for."""
    connection.execute(
        """
        insert into ops.runs (run_number, run_id, as_of_date)
        select coalesce(max(run_number), 0) + 1, ?, ? from ops.runs
        """,
        [run_id, as_of_date],
    )


def end_run(connection: duckdb.DuckDBPyConnection, run_id: str) -> None:
    """Note how far the log of customer ids has come: what readers are about to see has been let through."""
    connection.execute(
        """
        update ops.runs
        set last_assignment_number = (select max(assignment_number) from intermediate.customer_crosswalk)
        where run_id = ?
        """,
        [run_id],
    )


def note(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Append rows to one of the books."""
    entries = list(rows)
    if not entries:
        return
    columns = list(entries[0])
    marks = ", ".join("?" for _ in columns)
    connection.executemany(
        f"insert into {table} ({', '.join(columns)}) values ({marks})",
        [[entry[column] for column in columns] for entry in entries],
    )


def known_deliveries(connection: duckdb.DuckDBPyConnection, contract: Contract) -> dict[tuple[date, str], set[str]]:
    """(delivery date, file name) -> SHA-256 of every file of a feed that was taken in before."""
    rows = connection.execute(
        "select delivery_date, file_name, sha256 from ops.deliveries where source_system = ? and feed = ?",
        [contract.system, contract.feed],
    ).fetchall()
    known: dict[tuple[date, str], set[str]] = {}
    for day, name, sha256 in rows:
        known.setdefault((day, name), set()).add(sha256)
    return known


def refresh_feeds(
    connection: duckdb.DuckDBPyConnection, contracts: Iterable[Contract], as_of_date: date
) -> pd.DataFrame:
    """Rewrite `ops.feeds`: when each feed last came, and whether it is fresh, stale, missing or unused on this day.

    Nobody runs every system there is a contract for: a system that never sent anything is unused where another one
    tells of the same domain, and missing where none does.
    """
    connection.execute("delete from ops.feeds")
    for contract in contracts:
        connection.execute(
            f"""
            insert into ops.feeds by name
            select $system as source_system, $feed as feed, $domain as domain, $owner as owner, last_delivery_date,
                (select count(*) from {contract.relation} where _delivery_date <= $day) as row_count,
                $stale as stale_after_days,
                case when last_delivery_date is null then 'missing'
                    when last_delivery_date < $day - $stale then 'stale' else 'fresh' end as status,
                $day as as_of_date
            from (
                select max(delivery_date) as last_delivery_date from ops.deliveries
                where source_system = $system and feed = $feed and delivery_date <= $day and status = 'loaded'
            )
            """,
            {
                "system": contract.system,
                "feed": contract.feed,
                "domain": contract.domain,
                "owner": contract.owner,
                "stale": contract.delivery.stale_after_days,
                "day": as_of_date,
            },
        )
    connection.execute("""
        update ops.feeds set status = 'unused'
        where source_system not in (select source_system from ops.feeds where last_delivery_date is not null)
            and domain in (select domain from ops.feeds where last_delivery_date is not null)
    """)
    return connection.sql("select * from ops.feeds").df()
