"""A table that was brought up to date is the table that would have been built anew, whatever came late and when."""

import random
from datetime import date

import pytest

from tests.dbt_project.facts import Facts
from tests.dbt_project.texts import Texts

DAYS = [date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 2), date(2026, 5, 1)]
WHOLE = "select * from marts.customer_features order by as_of_date, customer_id"
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
    "a refund": "insert into world.refunds select 'late', 'c9', timestamp '2025-12-31 23:59:59', 3",
    "a customer is told of": "insert into world.customers select 'c99', 'person', 'China', date '2025-06-01'",
    "points": "delete from world.points where entry_id = 'p7'",
}


def bring_up_to_date(facts: Facts, texts: Texts, day: date) -> set[date]:
    """What dbt's delete+insert does; returns the cutoffs that were computed."""
    facts.connection.execute(f"create or replace temp table fresh as {texts.onward_for(day)}")
    facts.connection.execute("delete from marts.customer_features where as_of_date in (select as_of_date from fresh)")
    facts.connection.execute("insert into marts.customer_features select * from fresh")
    return {row[0] for row in facts.rows("select distinct as_of_date from fresh")}


def forget_other_days(facts: Facts, texts: Texts, day: date) -> None:
    """What the model's pre-hook does, by the days the whole text keeps."""
    kept = {row[0] for row in facts.rows(f"select distinct as_of_date from ({texts.whole_for(day)})")}
    for (cutoff,) in facts.rows("select distinct as_of_date from marts.customer_features"):
        if cutoff not in kept:
            facts.connection.execute("delete from marts.customer_features where as_of_date = ?", [cutoff])


@pytest.mark.parametrize("seed", [1, 2])
def test_incremental_equals_full_after_any_order_of_deliveries(facts: Facts, feature_texts: Texts, seed: int):
    facts.draw(1)
    facts.tell()
    deliveries = random.Random(seed).sample(sorted(LATE), len(LATE))
    facts.connection.execute(f"create table marts.customer_features as {feature_texts.whole_for(DAYS[0])}")
    for step, delivery in enumerate(deliveries):
        day = DAYS[min(step // 2, len(DAYS) - 1)]
        facts.connection.execute(LATE[delivery])
        facts.tell()
        forget_other_days(facts, feature_texts, day)
        bring_up_to_date(facts, feature_texts, day)
        onward = facts.rows(WHOLE)
        assert onward == facts.rows(
            f"select * from ({feature_texts.whole_for(day)}) order by as_of_date, customer_id"
        ), delivery


def test_a_normal_day_costs_one_cutoff_and_a_late_row_the_cutoffs_after_it(facts: Facts, feature_texts: Texts):
    facts.draw(1)
    facts.tell()
    facts.connection.execute(f"create table marts.customer_features as {feature_texts.whole_for(date(2026, 3, 15))}")
    facts.connection.execute(f"{ORDER} 'new', 'c8', 'tmall', 'sale', timestamp '2026-03-15', 5, 0, null")
    facts.tell()
    assert bring_up_to_date(facts, feature_texts, date(2026, 3, 16)) == {date(2026, 3, 16)}
    assert bring_up_to_date(facts, feature_texts, date(2026, 3, 16)) == set()
    facts.connection.execute("insert into world.refunds select 'late', 'c9', timestamp '2026-01-31 23:59:59', 3")
    facts.tell()
    late = {date(2026, 2, 1), date(2026, 3, 1), date(2026, 3, 16)}
    assert bring_up_to_date(facts, feature_texts, date(2026, 3, 16)) == late
