"""The segments that people saved: who is in each today, counted once for the page, the table and the download."""

from collections.abc import Iterator

import dagster as dg
import duckdb

from orchestration.partitions import days, one_by_one
from orchestration.segments import SavedSegment, read_segments
from orchestration.settings import settings
from orchestration.warehouse import Warehouse, as_of_date

MEMBERS, SAVED = dg.AssetKey(["marts", "segment_members"]), dg.AssetKey(["marts", "saved_segments"])
TABLES = """
create table if not exists marts.segment_members (
    segment varchar, version integer, customer_id varchar, as_of_date date
);
create table if not exists marts.saved_segments (
    segment varchar, version integer, as_of_date date, status varchar, reason varchar, customer_count bigint,
    net_revenue decimal(18, 2), currency_code varchar
);
"""
COUNTED = """
insert into marts.saved_segments
select $segment, $version, cast($day as date), 'active', '', count(*), coalesce(sum(net_revenue), 0), max(currency_code)
from marts.segment_members as members
inner join marts.customer_360 as customers on members.customer_id = customers.customer_id
where members.segment = $segment
"""


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            key,
            deps=[["marts", "customer_360"], ["marts", "customer_categories"]],
            group_name="marts",
            kinds={"duckdb"},
            partitions_def=days,
        )
        for key in (MEMBERS, SAVED)
    ],
    name="saved_segments",
    backfill_policy=one_by_one,
)
def saved_segments(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
    """Who is in each saved segment on this day, and one line of its history: how many, worth how much.

    Members are of the last day only, history is kept by day; a segment that has expired, or that may not be run, has
    no members and a line that says so.
    """
    day = as_of_date(context)
    found = list(read_segments(settings().data / "segments"))
    with warehouse.connect() as connection:
        connection.execute(TABLES)
        connection.execute("delete from marts.segment_members")
        connection.execute("delete from marts.saved_segments where as_of_date = ?", [day])
        for segment in found:
            _evaluate(connection, segment, day.isoformat())
        members = connection.execute("select count(*) from marts.segment_members").fetchone()
    yield dg.MaterializeResult(MEMBERS, metadata={"dagster/row_count": members[0] if members else 0})
    yield dg.MaterializeResult(SAVED, metadata={"segments": len(found)})


def _evaluate(connection: duckdb.DuckDBPyConnection, segment: SavedSegment, day: str) -> None:
    status, reason = ("refused", segment.refusal) if segment.refusal else ("active", "")
    if segment.expires_on.isoformat() <= day:
        status, reason = "expired", ""
    who = {"segment": segment.name, "version": segment.version, "day": day}
    if status == "active":
        try:
            connection.execute(
                "insert into marts.segment_members select $segment, $version, customer_id, cast($day as date) "
                f"from marts.customer_360 where {segment.where}",
                who,
            )
            connection.execute(COUNTED, who)
            return
        except (duckdb.BinderException, duckdb.CatalogException):
            status, reason = "refused", "where asks for a column that there is not"
        except duckdb.ConversionException:
            status, reason = "refused", "where compares what cannot be compared"
    connection.execute(
        "insert into marts.saved_segments values "
        "($segment, $version, cast($day as date), $status, $reason, null, null, null)",
        who | {"status": status, "reason": reason},
    )


@dg.definitions
def segments() -> dg.Definitions:
    return dg.Definitions(assets=[saved_segments])
