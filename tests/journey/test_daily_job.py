"""One run from the inbox to the published version, as its user sees it."""

import csv
import gzip
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb

from tests.journey.house import LAST_DAY, House

TRACE = "Traceback (most recent call last)"
COSTS = "campaign_costs"


def text_of(path: Path) -> str:
    """An export as text, whichever of the house's vendors wrote it."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return content.decode("gb18030" if path.parts[-3] == "tmall" else "utf-8-sig")


def records(path: Path) -> int:
    if "ndjson" in path.name:
        return len(text_of(path).splitlines())
    return sum(1 for record in csv.reader(text_of(path).splitlines(keepends=True)) if record) - 1


def exports(house: House) -> list[Path]:
    return [path for path in house.data.glob("inbox/*/*/*") if path.is_file()]


def personal_values(house: House) -> set[str]:
    return {found for path in exports(house) for found in re.findall(r"[\w.+-]+@[\w-]+\.[\w.]+\w", text_of(path))}


def test_every_row_of_the_inbox_is_accounted_for(house: House):
    delivered = {"/".join(path.parts[-3:]): records(path) for path in exports(house)}
    entered = house.query("select * from row_conservation")
    books = {f"{row['source_system']}/{row['delivery_date']}/{row['file_name']}": row["rows_read"] for row in entered}
    assert books == delivered
    assert all(
        row["rows_read"] == row["rows_loaded"] + row["rows_quarantined"] + row["rows_duplicate"] for row in entered
    )


def test_the_run_says_what_it_loaded_found_and_published(house: House):
    told = (house.data / "told.txt").read_text()
    assert "What was taken in" in told
    assert re.search(r"Found [\d,]+ customers in [\d,]+ records", told)
    assert f"Published version {house.version}" in told
    assert "make dashboards" in told
    assert house.version == f"000001-{LAST_DAY}"


def test_the_same_inbox_again_gives_the_same_tables_and_a_rollback_shows_the_version_before(lived_in: House):
    first = lived_in.manifest
    lived_in.run()
    second = lived_in.manifest
    assert second["version"] > first["version"]
    results = {name for name in first["tables"] if not name.startswith("ops.")}
    assert {name: first["tables"][name] for name in results} == {name: second["tables"][name] for name in results}
    assert lived_in.crm("rollback").returncode == 0
    assert lived_in.version == first["version"]
    lived_in.run()
    assert str(lived_in.version)[:6] == "000003"
    third = lived_in.manifest
    assert {name: third["tables"][name] for name in results} == {name: second["tables"][name] for name in results}


def test_a_run_is_seen_in_dagster_with_its_day_and_its_tables(house: House):
    import dagster as dg

    with dg.DagsterInstance.from_config(str(house.data / "dagster")) as instance:
        runs = instance.get_runs()
        assert [(run.status.value, run.tags["dagster/partition"]) for run in runs] == [
            ("SUCCESS", LAST_DAY.isoformat())
        ]
        for table in ("raw_shopify/orders", "marts/customer_360", "ml/rfm", "published/snapshot"):
            assert instance.get_latest_materialization_event(dg.AssetKey(table.split("/"))) is not None, table


def test_no_personal_value_reaches_the_terminal_dagster_or_the_nameless_tables(house: House):
    people = personal_values(house)
    assert len(people) > 50
    logs = [path.read_bytes() for path in (house.data / "dagster").rglob("*") if path.is_file()]
    logs += [path.read_bytes() for path in (house.data / "dbt" / "logs").rglob("*") if path.is_file()]
    logs.append((house.data / "told.txt").read_bytes())
    found = {value for value in people if any(value.encode() in log for log in logs)}
    assert not found
    with duckdb.connect(str(house.data / "published" / str(house.version) / "marts.duckdb"), read_only=True) as marts:
        tables = marts.execute("select schema_name, table_name from duckdb_tables() where not internal").fetchall()
        assert ("main", "customer_360") in tables
        for schema, table in tables:
            rows = marts.execute(f"select * from {schema}.{table}").fetchall()
            assert not people & {str(value) for row in rows for value in row}, table


def test_money_and_orders_are_what_the_company_knows_them_to_be(house: House, company: Path):
    """Cent by cent and order by order, in every currency, over every system that sells."""
    told = house.query("""
        select source_system, original_currency_code as currency, count(*) as orders,
            cast(sum(original_net_revenue) as double) as revenue
        from fct_orders group by all order by all
    """)
    known = duckdb.sql(f"""
        select case place when 'market' then 'tmall' when 'b2b' then 'erp' else 'shopify' end as source_system,
            currency_code as currency, count(*) as orders, round(sum(goods_net), 2) as revenue
        from '{company}/truth/orders.parquet' group by all order by all
    """)
    assert [tuple(row.values()) for row in told] == known.fetchall()


def test_the_stretches_of_a_customer_say_what_the_customer_has_brought(house: House):
    told = house.query("""
        select count(*) as stretches, count(*) filter (spells.net_revenue = known.net_revenue) as agree
        from ml.lifecycle_spells as spells inner join customer_360 as known on spells.customer_id = known.customer_id
    """)[0]
    assert told["stretches"] == told["agree"] > 100


def test_a_missing_feed_leaves_the_others_running_and_is_named(build: Callable[[], House]):
    house = build()
    for tickets in house.data.glob("inbox/zendesk/*/tickets*"):
        tickets.unlink()
    shutil.rmtree(house.data / "inbox" / "youzan")
    outcome = house.run()
    assert outcome.returncode == 0, outcome.stderr
    # Nobody else tells of members. The company has no till, and the others tell of its orders.
    never = "youzan.balances, youzan.coupons, youzan.customers, youzan.points, zendesk.tickets"
    assert f"Never delivered: {never}. Pages that need them say so." in outcome.stdout
    feeds = {row["feed"]: row["status"] for row in house.query("select feed, status from feeds")}
    assert (feeds["tickets"], feeds["users"], feeds["points"], feeds["order_lines"]) == (
        "missing",
        "fresh",
        "missing",
        "unused",
    )
    assert house.status()["buyers"] > 0


def test_a_company_without_a_shop_gets_its_customers_too(build: Callable[[], House]):
    house = build()
    for system in ("shopify", "tmall", "erp"):
        shutil.rmtree(house.data / "inbox" / system)
    outcome = house.run()
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    status = house.status()
    assert status["customers"] > 0
    assert status["buyers"] == 0
    assert set(status["model_gates"].values()) == {"refused"}


def test_bad_input_is_set_aside_and_named_and_the_run_goes_on(build: Callable[[], House]):
    house = build()
    day = house.data / "inbox" / "ads" / LAST_DAY.isoformat()
    costs = next(day.glob("*.csv"))
    (day / "holiday photos.csv").write_text("place,sunshine\nQingdao,yes\n", encoding="utf-8")
    (day / f"{COSTS}_unclosed.csv").write_text(
        costs.read_text().partition("\n")[0] + '\n2026-02-27,ACC-1,"never closed,A,1,1,1.00,CNY\n', encoding="utf-8"
    )
    with costs.open("a", encoding="utf-8") as file:
        file.write("2026-02-27,ACC-9999,paid_search,,561,17,many,CNY\n")
    outcome = house.run()
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert TRACE not in outcome.stdout + outcome.stderr
    assert "holiday photos.csv was not loaded" in outcome.stdout
    refused = house.query(f"select status, reason from deliveries where file_name = '{COSTS}_unclosed.csv'")
    assert refused[0]["status"] == "quarantined"
    assert "never closed" in refused[0]["reason"] or "quoting" in refused[0]["reason"]
    books = house.query(
        f"select rows_quarantined, is_balanced from row_conservation where file_name = '{costs.name}' "
        f"and delivery_date = '{LAST_DAY}'"
    )
    assert books == [{"rows_quarantined": 1, "is_balanced": True}]


def test_a_blocking_check_publishes_nothing_and_ends_with_status_1(lived_in: House):
    house, before = lived_in, lived_in.version
    day = house.data / "inbox" / "ads" / LAST_DAY.isoformat()
    header = next(day.glob("*.csv")).read_text().partition("\n")[0]
    rows = [f"2026-02-27,ACC-{n:04},affiliate,,10,1,{'many' if n % 2 else '1.50'},CNY" for n in range(100)]
    (day / f"{COSTS}_half_broken.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    outcome = house.run()
    assert outcome.returncode == 1
    assert TRACE not in outcome.stdout + outcome.stderr
    assert f"{COSTS}_are_acceptable" in outcome.stderr
    assert f"{COSTS}_half_broken.csv of {LAST_DAY}: 50 of 100 rows (cost), first row 2. A cell is not a number." in (
        outcome.stderr
    )
    assert f"data/contracts/ads/{COSTS}.yml" in outcome.stderr
    listed = json.loads(house.crm("quarantine", "list", "--json").stdout)
    assert [(one["file_name"], one["rows"]) for one in listed if one["column"] == "cost"] == [
        (f"{COSTS}_half_broken.csv", 50)
    ]
    assert f"Readers still see version {before}" in outcome.stderr
    assert house.version == before


def test_usage_errors_end_with_status_2_and_no_trace(house: House):
    for arguments in (
        ("run", "--as-of", "yesterday"),
        ("run", "--as-of", "2999-01-01"),
        ("run", "--inbox", "/no/such/folder"),
        ("check", "/no/such/file.csv"),
    ):
        outcome = house.crm(*arguments)
        assert outcome.returncode == 2, arguments
        assert TRACE not in outcome.stderr


def test_refusals_end_with_status_1_and_one_sentence(house: House, tmp_path: Path):
    stray = tmp_path / "stray.csv"
    stray.write_text("a,b\n1,2\n")
    empty = House(tmp_path / "empty")
    for outcome in (
        house.crm("check", str(stray)),
        house.crm("query", "drop table customer_360"),
        house.crm("query", "select * from read_csv('/etc/hostname')"),
        house.crm("rollback", "000099-2026-01-01"),
        house.crm("publish"),
        empty.crm("status"),
        empty.crm("run", "--as-of", "2026-01-01"),
    ):
        assert outcome.returncode == 1, outcome.args
        assert TRACE not in outcome.stdout + outcome.stderr
        assert "✗" in outcome.stderr


def test_crm_check_shows_an_export_without_loading_it(house: House):
    export = next((house.data / "inbox" / "salesforce" / LAST_DAY.isoformat()).glob("Contact.csv"))
    outcome = house.crm("check", str(export), "--json")
    assert outcome.returncode == 0
    assert f'"rows_read": {records(export)}' in outcome.stdout
    assert '"contract": "salesforce/contacts"' in outcome.stdout
