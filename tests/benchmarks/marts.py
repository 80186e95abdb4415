"""`python -m tests.benchmarks.marts features [--customers N]`, `... build --core FILE`, `... day`: what the marts cost.

features: invented facts in the shape of the marts (ten orders, twenty-five lines and ten visits a customer) and three
figures: one new cutoff against the bare range join of the same columns, all cutoffs from nothing, and the memory of 24
of them. build: on a copy of a published core.duckdb, a full refresh by dbt against the same statements run by hand, and
a day on which nothing new came. day: marts_by_day.py. Seconds are of the processor.
"""

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from orchestration.settings import DBT_PROJECT
from tests.benchmarks.marts_by_day import day
from tests.dbt_project.texts import Texts, feature_texts

DAY = date(2026, 3, 16)
LIMITS: dict[str, str | bool | int | float | list[str]] = {"threads": "2", "memory_limit": "4GB"}

# Moments lie in the four years before DAY; {n} is the number of customers.
MOMENT = "timestamp '2022-03-16' + interval (cast(hash(i, '{table}') >> 8 as bigint) % 126200000) second"
CUSTOMER = "'customer ' || (hash(i, 'whose {table}') % {n})"
TABLES = {
    "dim_customers": (
        1,
        """
            'customer ' || i as customer_id, 'person' as entity_type, 'China' as country, cast({moment} as
            date) as first_seen_date
        """,
    ),
    "fct_orders": (
        10,
        """
            'o' || i as order_id, {customer} as customer_id, case i % 3 when 0 then 'shopify' when 1 then
            'tmall' else 'erp' end as source_system, 'sale' as order_type, {moment} as ordered_at,
            cast({moment} as date) as order_date, cast(i % 90000 / 100 as decimal(18, 2)) as net_revenue,
            cast(i % 900 / 100 as decimal(18, 2)) as discount_amount, cast(null as timestamp) as
            cancelled_at, i % 10 + 1 as placement_number, cast(i % 9000000 as bigint) as
            seconds_since_previous_order
        """,
    ),
    "fct_refunds": (
        1,
        """
            'r' || i as refund_id, {customer} as customer_id, {moment} as refunded_at, cast(i % 9000 / 100
            as decimal(18, 2)) as refund_amount
        """,
    ),
    "fct_order_lines": (
        25,
        """
            'l' || i as order_line_id, {customer} as customer_id, 'category ' || i % 8 as category,
            'product' as line_type, cast(1 + i % 3 as bigint) as quantity, cast(1 + i % 30000 / 100 as
            decimal(18, 2)) as net_amount, {moment} as ordered_at
        """,
    ),
    "fct_tickets": (
        1,
        """
            't' || i as ticket_id, {customer} as customer_id, {moment} as created_at, {moment} + interval 1
            day as closed_at, false as is_open, 'closed' as status, cast(1 + i % 5 as integer) as
            satisfaction_score, {moment} + interval 2 day as satisfaction_at
        """,
    ),
    "fct_sessions": (
        10,
        """
            's' || i as session_id, {customer} as customer_id, {moment} as started_at, {moment} as
            identified_at, 'direct' as channel
        """,
    ),
    "fct_leads": (
        0.2,
        """
            'd' || i as lead_id, {customer} as customer_id, 'event' as channel, {moment} as created_at
        """,
    ),
    "fct_campaign_touches": (
        2,
        """
            'm' || i as campaign_touch_id, {customer} as customer_id, {moment} as touched_at, cast(null as
            timestamp) as responded_at
        """,
    ),
    "fct_points": (
        2,
        """
            'p' || i as entry_id, {customer} as customer_id, cast(i % 400 as bigint) as points_change,
            {moment} as occurred_at
        """,
    ),
}
MEMBERSHIPS = """
    select 'customer ' || (i * 3) as customer_id, 'k' || i as membership_id, 'gold' as member_level,
        i as growth_value, timestamp '2025-01-01' as became_member_at, date '2025-02-01' as valid_from
    from range({n}) as t(i)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", default="features", choices=["features", "build", "cutoffs", "day"])
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--months", type=int, default=23)
    parser.add_argument("--core", type=Path)
    parser.add_argument("--people", type=int, default=60_000)
    parser.add_argument("--folder", type=Path, help="where the company of `day` is written, and kept")
    parser.add_argument("--memory", default="2GB", help="what DuckDB may take")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if chosen.what == "day":
            day(chosen.people, chosen.folder or Path(folder), chosen.memory)
        elif chosen.what == "build":
            build(chosen.core, Path(folder))
        elif chosen.what == "features":
            features(chosen.customers, Path(folder))
        else:
            all_cutoffs(chosen.customers, chosen.months, Path(folder))


def features(customers: int, folder: Path) -> None:
    """One new cutoff, bare and as the models do it: prices, what is counted, ranks. All of yesterday's stand before."""
    texts = feature_texts(folder)
    with _shop(folder, customers) as shop:
        with _timed(f"13 cutoffs of {customers:,} customers from nothing"):
            _count_all(shop, texts, DAY - timedelta(1))
        with _timed("one cutoff, bare range join") as bare:
            shop.execute(f"create table bare as {_bare(texts, DAY)}")
        with _timed("one new cutoff, as the models do it") as model:
            _price(shop, texts, DAY)
            _count(shop, texts, DAY, [DAY])
            ranked = f"select * from ({texts.one_for('customer_features', DAY)}) where as_of_date = date '{DAY}'"
            shop.execute(f"create table ranked as {ranked}")
    print(f"ratio {model[0] / bare[0]:.2f} (goal 1.4)")


def all_cutoffs(customers: int, months: int, folder: Path) -> None:
    """As many cutoffs at once, and the most memory this process held."""
    texts = feature_texts(folder, training_cutoff_months=months)
    with _shop(folder, customers) as shop, _timed(f"{months + 1} cutoffs of {customers:,} customers"):
        _count_all(shop, texts, DAY)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GB (goal 6 for 24)")


def _count_all(shop: duckdb.DuckDBPyConnection, texts: Texts, day: date) -> None:
    _price(shop, texts, day)
    text = texts.one_for("int_features_counted", day)
    shop.execute(f"create or replace table intermediate.int_features_counted as select * from ({text}) limit 0")
    kept = shop.execute("select distinct as_of_date from intermediate.int_category_prices order by all").fetchall()
    _count(shop, texts, day, [cutoff for (cutoff,) in kept])


def _price(shop: duckdb.DuckDBPyConnection, texts: Texts, day: date) -> None:
    prices = texts.one_for("int_category_prices", day)
    shop.execute(f"create or replace table intermediate.int_category_prices as {prices}")


def _count(shop: duckdb.DuckDBPyConnection, texts: Texts, day: date, cutoffs: list[date]) -> None:
    """What macros/materializations/slices.sql does with cutoffs that are new; prices stand."""
    text = texts.one_for("int_features_counted", day)
    for cutoff in cutoffs:
        shop.execute(f"insert into intermediate.int_features_counted select * from ({_only(text, cutoff)})")


def _only(text: str, cutoff: date) -> str:
    some = rf"(select * from \1 where \2 in (date '{cutoff}')"
    text = re.sub(r"(\S+) /\* by slice: (\w+), once \*/", some + " limit 1)", text)
    return re.sub(r"(\S+) /\* by slice: (\w+) \*/", some + ")", text)


def build(core: Path, folder: Path) -> None:
    """A full refresh by dbt, a day without anything new, and the same statements without dbt or tests.

    Of both sides without identity: what Python makes stands as it was published.
    """
    day = duckdb.connect(str(core), read_only=True).execute("select max(as_of_date) from ops.runs").fetchone()
    variables = json.dumps({"as_of_date": str(day[0] if day else DAY)})
    copy = folder / "core.duckdb"
    shutil.copy(core, copy)
    copy.chmod(0o600)
    environment = os.environ | {"CRM_DATA": str(folder), "CRM_WAREHOUSE": str(copy)}
    arguments = [
        *("--project-dir", DBT_PROJECT, "--profiles-dir", DBT_PROJECT, "--target", "warehouse"),
        *("--target-path", folder / "target", "--log-path", folder / "logs", "--vars", variables),
    ]
    dbt = Path(sys.executable).with_name("dbt")
    subprocess.run([dbt, "--quiet", "parse", *arguments], env=environment, check=True)
    made_by_python = ["customer_crosswalk", *(name for name, node in _tables(folder).items() if _is_python(node))]
    arguments = [*arguments, "--exclude", *made_by_python]
    with _timed("full refresh by dbt") as full:
        subprocess.run(
            [dbt, "--quiet", "build", "--full-refresh", "--exclude-resource-type", "unit_test", *arguments],
            env=environment,
            check=True,
        )
    with _timed("a day without anything new, by dbt") as normal:
        subprocess.run(
            [dbt, "--quiet", "build", "--exclude-resource-type", "unit_test", *arguments], env=environment, check=True
        )
    subprocess.run([dbt, "--quiet", "compile", "--full-refresh", *arguments], env=environment, check=True)
    with _timed("the same tables, bare statements") as bare:
        bare_tables(copy, [node for name, node in _tables(folder).items() if name not in made_by_python])
    print(f"full refresh {full[0] / bare[0]:.1f} times the bare statements; a day {normal[0] / full[0]:.0%} of it")


def bare_tables(core: Path, nodes: Iterable[dict[str, Any]]) -> None:
    """Each table's statement alone, from tables that stand, into a file beside the core, cutoff by cutoff."""
    limits = LIMITS | {"temp_directory": f"{core}.tmp"}
    with duckdb.connect(str(core), config=limits) as connection:
        connection.execute(f"attach '{core.with_name('bare.duckdb')}' as bare")
        for node in nodes:
            text, name = node["compiled_code"], f"bare.main.{node['name']}"
            slice_ = node["config"]["meta"].get("slice")
            if slice_ is None:
                connection.execute(f"create table {name} as {text}")
            else:
                stands = f"select distinct {slice_} from {node['schema']}.{node['name']} order by all"
                connection.execute(f"create table {name} as select * from ({text}) limit 0")
                for (cutoff,) in connection.execute(stands).fetchall():
                    connection.execute(f"insert into {name} select * from ({_only(text, cutoff)})")
            connection.execute(f"drop table {name}")
    core.with_name("bare.duckdb").unlink()


def _tables(folder: Path) -> dict[str, dict[str, Any]]:
    """The models that are tables, as dbt's manifest tells of them, by name."""
    nodes = json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8"))["nodes"].values()
    return {
        node["name"]: node
        for node in nodes
        if node["resource_type"] == "model" and node["config"]["materialized"] in ("table", "incremental")
    }


def _is_python(node: dict[str, Any]) -> bool:
    return node["language"] == "python"


def _bare(texts: Texts, day: date) -> str:
    """The whole text, from facts to ranks, with one day written where the models look for their cutoffs."""
    one = f"select date '{day}' as as_of_date, date '{day}' as run_date"
    bare, replaced = re.subn(r"(cutoffs as \(\n).*?(\n\),)", rf"\1{one}\2", texts.whole_for(day), flags=re.DOTALL)
    assert replaced == 3  # the prices', and the counted features' two
    return bare


@contextmanager
def _shop(folder: Path, customers: int) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(folder / "core.duckdb"), config=LIMITS | {"temp_directory": str(folder)}) as connection:
        for schema in ("marts", "intermediate"):
            connection.execute(f"create schema if not exists {schema}")
        for table, (share, columns) in TABLES.items():
            words = {"customer": CUSTOMER.format(table=table, n=customers), "moment": MOMENT.format(table=table)}
            connection.execute(
                f"create or replace table marts.{table} as"
                f" select {columns.format(**words)} from range({int(share * customers)}) as t(i)"
            )
        members = MEMBERSHIPS.format(n=int(0.3 * customers))
        connection.execute(f"create or replace table intermediate.int_memberships_keyed as {members}")
        yield connection


@contextmanager
def _timed(what: str) -> Iterator[list[float]]:
    """Prints and hands back the seconds of the processor, of this process and its children."""
    spent: list[float] = []
    began, wall = _processor(), time.perf_counter()
    yield spent
    spent.append(_processor() - began)
    print(f"{what}: {spent[0]:.1f} s of processor, {time.perf_counter() - wall:.1f} s by the wall", flush=True)


def _processor() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    main()
