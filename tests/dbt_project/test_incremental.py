"""A table that was brought up to date is the table that would have been built anew, whatever came late and when."""

import random
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.dbt_project.facts import MARTS, Facts
from tests.dbt_project.house import House

DAYS = [date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 2), date(2026, 5, 1)]
COUNTED = "intermediate.int_features_counted"
MODELS = ("int_category_prices", "int_features_counted", "customer_features", "customer_labels", "fct_interactions")
BUILT = (COUNTED, "intermediate.int_category_prices", "marts.customer_labels", "marts.fct_interactions")
ORDER = "insert into world.orders select"
LATE = {
    "an order long ago": f"{ORDER} 'late', 'c7', 'shopify', 'sale', timestamp '2025-08-01', 10, 0, null",
    "an order of yesterday": f"{ORDER} 'new', 'c8', 'tmall', 'sale', timestamp '2026-03-30', 5, 0, null",
    "an order is called off": """
        update world.orders set order_type = 'cancelled', cancelled_at = timestamp '2026-02-03'
        where order_id = (
            select min(order_id) from world.orders where order_type = 'sale' and ordered_at < '2026-01-31'
        )
    """,
    "two customers are one": "update world.sessions set customer_id = 'c1' where customer_id = 'c2'",
    "a refund": "insert into world.refunds select 'late', 'shopify', 'c9', timestamp '2025-12-31 23:59:59', 3",
    "a customer is told of": "insert into world.customers select 'c99', 'person', 'China', date '2025-06-01'",
    "points": "delete from world.points where entry_id = 'p7'",
    "a call": "insert into world.tasks select 'late', 'c3', timestamp '2026-02-01', 'Call'",
    "a contract": "insert into world.contracts select 'late', 'c4', date '2026-01-05'",
    "a line that moves a price": """
        insert into world.order_lines select 'late', 'c5', 'tea', 'product', 1, 400, timestamp '2026-01-05'
    """,
}


class Marts(House):
    """Invented facts in place of the marts that dbt would have built, with news of them as dbt keeps it."""

    def tell(self, sql: str = "") -> None:
        """Let something be told of the world, and hand it on to the marts."""
        with self.open() as connection:
            for relation in MARTS if sql else ():
                connection.execute(f"create temp table {relation.partition('.')[2]} as from {relation}")
            facts = Facts(connection)
            connection.execute(sql) if sql else facts.draw(1)
            facts.tell()
            for relation in MARTS if sql else ():
                _note_news(connection, relation)

    def is_right(self, day: date) -> bool:
        """Whether every table holds what its text, run whole, says."""
        return all(self.rows(relation) == self.whole(relation.partition(".")[2]) for relation in BUILT)

    def poison(self) -> None:
        """Spoil every row, so that those that are computed again can be told from those that stand."""
        self.change(f"update {COUNTED} set country = 'spoilt'")

    def computed(self) -> set[tuple[date, str]]:
        """The cutoffs and customers computed since."""
        rows = self.read(f"select as_of_date, customer_id from {COUNTED} where country is distinct from 'spoilt'")
        return {(day, customer) for day, customer in rows}


def _note_news(connection: duckdb.DuckDBPyConnection, relation: str) -> None:
    """What macros/materializations/in_part.sql notes of a table it builds."""
    before = f"temp.{relation.partition('.')[2]}"
    news = f"(from {before} except all from {relation}) union all (from {relation} except all from {before})"
    if connection.execute(news).fetchall():
        connection.execute(f"create or replace table built.{relation.replace('.', '__')}__changes as {news}")
        connection.execute(
            "update built.states set changed_from = content, content = content || '+' where relation = ?", [relation]
        )


@pytest.fixture
def marts(warehouse: Path) -> Marts:
    marts = Marts(warehouse, MODELS, {"rows_at_once": 20_000})  # a few cutoffs at once: neither one nor all
    marts.tell()
    return marts


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long), pytest.param(3, marks=pytest.mark.long)])
def test_incremental_equals_full_after_any_order_of_deliveries(marts: Marts, seed: int):
    deliveries = random.Random(seed).sample(sorted(LATE), len(LATE))
    marts.build(DAYS[0])
    for step, day in enumerate(DAYS):
        for delivery in deliveries[3 * step : 3 * step + 3]:
            marts.tell(LATE[delivery])
            if seed > 1:
                marts.build(day)
        marts.build(day)
        assert marts.is_right(day), (day, deliveries[: 3 * step + 3])
    assert marts.build(DAYS[-1]) == set()


def test_a_day_costs_its_own_cutoff_and_a_late_row_the_customer_it_tells_of(marts: Marts):
    marts.build(date(2026, 3, 15))
    marts.poison()
    marts.tell(f"{ORDER} 'new', 'c8', 'tmall', 'sale', timestamp '2026-03-15', 5, 0, null")
    marts.build(date(2026, 3, 16))
    computed = marts.computed()
    assert {customer for day, customer in computed if day < date(2026, 3, 16)} == {"c8"}
    assert len({customer for day, customer in computed if day == date(2026, 3, 16)}) == 60
    assert date(2026, 3, 15) not in {day for day, _ in computed}

    marts.poison()
    marts.tell("insert into world.refunds select 'late', 'shopify', 'c9', timestamp '2026-01-31 23:59:59', 3")
    marts.build(date(2026, 3, 16))
    assert {customer for _, customer in marts.computed()} == {"c9"}

    marts.poison()
    marts.tell("insert into world.order_lines select 'late', 'c9', 'tea', 'product', 1, 9, timestamp '2026-02-05'")
    marts.build(date(2026, 3, 16))
    everybody = {day for day, customer in marts.computed() if customer != "c9"}
    assert everybody == {date(2026, 3, 1), date(2026, 3, 16)}  # a price moved for all who were compared with it

    marts.poison()
    marts.build(date(2026, 3, 17))  # a day on which nothing came
    assert {day for day, _ in marts.computed()} == {date(2026, 3, 17)}


UNIQUE, KNOWN = "unique_fct_orders_order_id", "relationships_fct_orders_customer_id__customer_id__ref_dim_customers_"


def test_a_pass_stands_without_news_and_news_alone_is_asked_about(marts: Marts):
    strangers = "select * replace ('unseen' as order_id, 'nobody' as customer_id) from marts.fct_orders limit 2"
    unseen = f"insert into marts.fct_orders {strangers}"
    assert marts.check("build", UNIQUE, KNOWN) == [0, 0]
    marts.tell(f"{ORDER} 'o1', 'stranger', 'shopify', 'sale', timestamp '2025-08-01', 10, 0, null")
    marts.change(unseen)  # behind dbt's back: who asks about all orders finds these as well
    assert marts.check("build", UNIQUE, KNOWN) == [1, 1]
    assert marts.check("build", UNIQUE, KNOWN) == [2, 3]  # what did not pass is asked whole

    marts.tell("delete from world.orders where customer_id = 'stranger'")
    assert marts.check("build", UNIQUE, KNOWN) == [0, 0]
    marts.change(unseen)
    assert marts.check("build", UNIQUE, KNOWN) == [0, 0]
    assert marts.check("test", UNIQUE, KNOWN) == [1, 2]
    assert marts.check("build", UNIQUE, KNOWN, arguments=["--full-refresh"]) == [1, 2]


def test_a_reference_is_asked_about_when_what_it_names_goes(marts: Marts):
    assert marts.check("build", KNOWN) == [0]
    marts.tell("delete from world.customers where customer_id = 'c7'")
    orphans = marts.read("select count(*) from marts.fct_orders where customer_id = 'c7'")
    assert marts.check("build", KNOWN) == [orphans[0][0]]
