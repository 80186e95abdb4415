"""Past days, several at once, from a warehouse that does not exist yet: they queue, and nothing overwrites another."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.backfill import days_of
from orchestration.warehouse import run_day
from tests.journey.house import LAST_DAY, House
from tests.journey.ui import REPOSITORY, Ask, dagster, until

DAYS = [LAST_DAY - timedelta(days=number) for number in (3, 2, 1, 0)]
FIRST = DAYS[0] - timedelta(days=1)
LAUNCH = """
mutation($params: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $params) {
    __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }
"""
ASSETS = "{ assetNodes { assetKey { path } partitionDefinition { name } } }"
RUNS = "{ runsOrError { ... on Runs { results { status tags { key value } } } } }"
HEADER = (
    "Name,Email,Financial Status,Currency,Subtotal,Shipping,Taxes,Total,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem sku,Id,Source,Refunded Amount\n"
)


def orders_of(number: int, day: date) -> str:
    """What the shop exports on its n-th day: two orders, and the first order of all once more, as it is by now."""
    lines = [
        f"#{number}{n},b{n}@example.com,paid,CNY,9,0,0,9,{day} 08:00:00 +0000,1,Tea,9,T,{number}{n},web,0"
        for n in (1, 2)
    ]
    refunded = 9 if number > 2 else 0
    first = f"#11,b1@example.com,paid,CNY,9,0,0,9,{FIRST} 08:00:00 +0000,1,Tea,9,T,11,web,{refunded}"
    return HEADER + "\n".join([*lines, first] if number > 1 else lines) + "\n"


def shop(folder: Path, days: list[date]) -> House:
    """A house where nothing has ever run, with a delivery of one shop on each of those days."""
    for number, day in enumerate(days, start=1):
        path = folder / "inbox" / "shopify" / day.isoformat() / "orders_export.csv"
        path.parent.mkdir(parents=True)
        path.write_text(orders_of(number, day - timedelta(days=1)))
    return House(folder)


def results(house: House) -> dict[str, Any]:
    return {name: table for name, table in house.manifest["tables"].items() if not name.startswith("ops.")}


def state_of(runs: list[dict[str, Any]]) -> list[tuple[str, str]]:
    tags = [{tag["key"]: tag["value"] for tag in run["tags"]} for run in runs]
    return sorted((str(run_day(tag)), run["status"]) for tag, run in zip(tags, runs, strict=True))


@pytest.mark.parametrize("order", [(1, 0), pytest.param((1, 3, 0, 2), marks=pytest.mark.long)])
def test_days_at_once_queue_and_any_of_them_again_changes_nothing(order: tuple[int, ...], tmp_path: Path):
    days = DAYS[-len(order) :]
    house, out_of_order, again = shop(tmp_path, days), [str(days[number]) for number in order], str(days[-2])
    # Readers end on the newest day: where a backfill has left them on another, that day is run once more.
    expected = sorted((str(day), "SUCCESS") for day in [*days, LAST_DAY])
    with dagster(house) as ask:
        selector = {"partitionSetName": "daily_partition_set", "repositorySelector": REPOSITORY}
        launch(ask, {"selector": selector, "partitionNames": out_of_order})
        until(lambda: state_of(ask(RUNS, {})["runsOrError"]["results"]) == expected, 900)
    assert [name.partition("-")[2] for name in versions(house)] == [*out_of_order, str(LAST_DAY)]
    assert raw(house) == [(day, "loaded", 3 if number else 2) for number, day in enumerate(days)]
    before, rows = results(house), raw(house)
    told = house.crm("backfill", "--from", again, "--to", again)
    assert told.returncode == 0, told.stdout + told.stderr
    assert f"{again} is published" in told.stdout
    assert [name.partition("-")[2] for name in versions(house)][-2:] == [again, str(LAST_DAY)]
    assert (results(house), raw(house)) == (before, rows)


@pytest.mark.long
def test_four_days_of_all_assets_launched_from_the_asset_graph_queue_as_well(tmp_path: Path):
    """The other button of the UI: it launches no job by name, but the assets that were marked."""
    house = shop(tmp_path, DAYS)
    expected = sorted((str(day), "SUCCESS") for day in DAYS)
    with dagster(house) as ask:
        # The UI marks what can be materialized; seeds belong to the project and have no days.
        nodes = [node for node in ask(ASSETS, {})["assetNodes"] if node["partitionDefinition"]]
        marked = [{"path": node["assetKey"]["path"]} for node in nodes]
        launch(ask, {"assetSelection": marked, "partitionNames": [str(day) for day in DAYS]})
        until(lambda: state_of(ask(RUNS, {})["runsOrError"]["results"])[: len(DAYS)] == expected, 900)
    assert [name.partition("-")[2] for name in versions(house)] == [str(day) for day in DAYS]
    assert raw(house) == [(day, "loaded", 3 if number else 2) for number, day in enumerate(DAYS)]


def test_a_run_speaks_for_its_partition_or_for_a_range_of_one_day():
    start, end = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
    assert run_day({"dagster/partition": "2026-03-01"}) == run_day({start: "2026-03-01", end: "2026-03-01"})
    assert run_day({start: "2026-03-01", end: "2026-03-02"}) is run_day({}) is None


def launch(ask: Ask, params: dict[str, Any]) -> None:
    answer = ask(LAUNCH, {"params": params})["launchPartitionBackfill"]
    assert answer["__typename"] == "LaunchBackfillSuccess", answer


def versions(house: House) -> list[str]:
    return sorted(path.name for path in (house.data / "published").glob("0*"))


def raw(house: House) -> list[tuple[date, str, int]]:
    """Every delivery in the books, and how many of its rows were new."""
    with duckdb.connect(str(house.data / "published" / str(house.version) / "core.duckdb"), read_only=True) as core:
        return core.execute("""
            select delivery_date, status, rows_read from ops.deliveries join ops.row_conservation
                using (file_id, delivery_date, file_name, source_system, feed)
            order by all
        """).fetchall()


def test_days_are_run_in_order_and_the_newest_comes_last():
    first, last = DAYS[0], DAYS[3]
    assert days_of(first, last, None) == days_of(first, last, DAYS[2]) == days_of(first, last, last) == DAYS
    assert days_of(first, DAYS[1], last) == [first, DAYS[1], last]
    assert days_of(first, first, first) == [first]
