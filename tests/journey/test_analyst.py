"""`dbt build` in an analyst's hands: on a file of their own at any time, on the warehouse when no run holds it."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import duckdb

from orchestration.lock import one_writer
from tests.journey.house import LAST_DAY, House

TABLES = "select table_schema, table_name from information_schema.tables where table_catalog = 'dev'"
IDS = "select record_key, customer_id from marts.customer_records order by all"


def rows(path: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_an_analyst_builds_on_an_own_file_while_a_run_holds_the_warehouse(lived_in: House):
    published = lived_in.data / "published" / "current"
    with one_writer(lived_in.data / "work", "a run for tonight"):
        own = lived_in.dbt("build", "--target", "dev")
        shared = lived_in.dbt("build", "--target", "warehouse")
    assert own.returncode == 0, own.stdout[-3000:]
    assert "ERROR=0" in own.stdout
    assert shared.returncode != 0
    assert "being written by a run for tonight" in shared.stdout + shared.stderr
    dev = lived_in.data / "dev" / "dev.duckdb"
    assert rows(dev, IDS) == rows(published / "people.duckdb", IDS)
    everyone = "select * from marts.customer_360 order by customer_id"
    assert rows(dev, everyone) == rows(published / "marts.duckdb", everyone)


def test_a_full_refresh_by_hand_keeps_every_customer_id_and_can_be_published(lived_in: House):
    before, first = rows(lived_in.data / "published" / "current" / "people.duckdb", IDS), lived_in.manifest
    outcome = lived_in.dbt("build", "--target", "warehouse", "--full-refresh", "--exclude-resource-type", "unit_test")
    assert outcome.returncode == 0, outcome.stdout[-3000:]
    assert lived_in.version == first["version"]
    assert lived_in.crm("publish").returncode == 0
    assert str(lived_in.version) > first["version"]
    assert rows(lived_in.data / "published" / "current" / "people.duckdb", IDS) == before
    assert lived_in.manifest["tables"]["marts.customer_360"] == first["tables"]["marts.customer_360"]


def test_a_day_is_told_again_as_it_was_known_whatever_came_since(build: Callable[[], House]):
    """Every table dbt published for the day before, from the warehouse of today; models speak for their own day."""
    house, eve = build(), LAST_DAY - timedelta(days=1)
    assert house.run(eve).returncode == 0
    then = house.data / "published" / str(house.version)
    today = house.run(LAST_DAY, "--accept-merges")  # the first delivery of the CRM brings many records together
    assert today.returncode == 0, today.stdout + today.stderr
    asked = json.dumps({"as_of_date": eve.isoformat(), "known_on": eve.isoformat()})
    outcome = house.dbt("build", "--target", "dev", "--exclude-resource-type", "unit_test", "--vars", asked)
    assert outcome.returncode == 0, outcome.stdout[-3000:]
    with duckdb.connect() as connection:
        for file in (house.data / "dev" / "dev.duckdb", then / "core.duckdb"):
            connection.execute(f"attach '{file}' (read_only)")  # by its own name: its views say it
        shown = json.loads((then / "manifest.json").read_text())["tables"].keys() - {"marts.customer_360"}
        built = {f"{schema}.{table}" for schema, table in connection.execute(TABLES).fetchall()}
        compared = shown & built
        assert {"marts.fct_orders", "marts.dim_customers", "marts.customer_features", "marts.fct_sessions"} <= compared
        differ = [each for each in sorted(compared) if _differences(connection, each)]
    assert differ == []


def _differences(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    """Rows that stand in one of the two only."""
    again, before = (f"select * from {file}.{relation}" for file in ("dev", "core"))
    both = f"(({again}) except all ({before})) union all (({before}) except all ({again}))"
    (found,) = connection.execute(f"select count(*) from ({both})").fetchone() or (0,)
    return int(found)
