"""The shop window is dressed: feeds are summed up, the tables to be shown are looked over, a version is published."""

from collections.abc import Iterator

import dagster as dg

from orchestration import ledger
from orchestration.door import Door
from orchestration.ingestion.contracts import load_contracts
from orchestration.partitions import days, one_by_one
from orchestration.publishing import FRAMES, VALUE_SCAN, Work, look_over, publish, published_relations, refuse_if
from orchestration.settings import CONTRACTS, settings
from orchestration.snapshots import SnapshotError
from orchestration.warehouse import Warehouse, as_of_date

FEEDS = dg.AssetKey(["ops", "feeds"])
SNAPSHOT = dg.AssetKey(["published", "snapshot"])
SHOWN = [dg.AssetKey(relation.split(".")) for relation in published_relations() if not relation.startswith("ops.")]


@dg.asset(
    key=FEEDS,
    group_name="yard",
    deps=[contract.relation.split(".") for contract in load_contracts(CONTRACTS)],
    partitions_def=days,
    backfill_policy=one_by_one,
    kinds={"duckdb"},
)
def feeds(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    """One row per feed: when it last came, and whether it is fresh, stale or missing on this day."""
    with warehouse.connect() as connection:
        found = ledger.refresh_feeds(connection, load_contracts(CONTRACTS), as_of_date(context))
    return dg.MaterializeResult(metadata={str(status): int(n) for status, n in found["status"].value_counts().items()})


@dg.asset(
    key=SNAPSHOT,
    group_name="publish",
    deps=[FEEDS, *SHOWN],
    partitions_def=days,
    backfill_policy=one_by_one,
    check_specs=[dg.AssetCheckSpec(VALUE_SCAN, asset=SNAPSHOT)],
    kinds={"duckdb"},
)
def snapshot(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    """The new version that readers open: cut, verified, read-only, and pointed to last of all."""
    day = as_of_date(context)
    with warehouse.connect() as connection:
        found = look_over(connection)
    Door(warehouse, day).write_down("privacy", "value_scan", "published.snapshot", [(VALUE_SCAN, not found, True)])
    warehouse.let_go()
    try:
        refuse_if(found)
        version = publish(Work(settings().work, day, warehouse.run_id))
    except SnapshotError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    return dg.MaterializeResult(
        metadata={"version": version}, check_results=[dg.AssetCheckResult(passed=True, check_name=VALUE_SCAN)]
    )


def _fit(relation: str) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        f"{relation.partition('.')[2]}_is_fit_to_show",
        asset=dg.AssetKey(relation.split(".")),
        blocking=True,
        description="Great Expectations finds the table fit for the pages.",
    )


@dg.multi_asset_check(name="what_is_shown", specs=[_fit(relation) for relation in FRAMES])
def what_is_shown(context: dg.AssetCheckExecutionContext, warehouse: Warehouse) -> Iterator[dg.AssetCheckResult]:
    """The last look at the tables that the pages read."""
    door = Door(warehouse, as_of_date(context))
    for relation, query in FRAMES.items():
        spec = _fit(relation)
        result = door.inspect(warehouse.read(query), f"published_{relation.partition('.')[2]}", relation)
        yield result._replace(asset_key=spec.asset_key, check_name=spec.name)


@dg.definitions
def publishing() -> dg.Definitions:
    return dg.Definitions(assets=[feeds, snapshot], asset_checks=[what_is_shown])
