"""No feature of a day can know what came after it: proven on invented facts, by the text that trains and scores."""

from collections.abc import Callable
from datetime import date

import pytest

from tests.dbt_project.facts import Facts
from tests.dbt_project.texts import Texts

DAY = date(2026, 6, 10)
CUTOFFS = ["2025-09-01", "2025-12-01", "2026-03-01", "2026-06-01"]
Rows = Callable[[date, str], list[tuple]]


@pytest.mark.parametrize("cutoff", CUTOFFS)
def test_features_of_a_day_are_the_same_when_only_what_was_known_before_it_is_there(
    drawn: Facts, features: Rows, cutoff: str
):
    drawn.tell()
    from_everything = features(DAY, cutoff)
    drawn.tell(date.fromisoformat(cutoff))
    assert len(from_everything) > 20
    assert features(DAY, cutoff) == from_everything


def test_shuffling_who_did_what_after_a_day_changes_nothing_before_it(drawn: Facts, features: Rows):
    drawn.tell()
    before = features(DAY, "2026-03-01")
    for table, moment in {
        "orders": "ordered_at",
        "refunds": "refunded_at",
        "order_lines": "ordered_at",
        "tickets": "created_at",
        "sessions": "started_at",
        "leads": "created_at",
        "campaign_touches": "touched_at",
        "points": "occurred_at",
    }.items():
        drawn.connection.execute(
            f"update world.{table} set customer_id = 'c' || (hash(customer_id, 'shuffled') % 60)"
            f" where {moment} >= timestamp '2026-03-01'"
        )
    drawn.tell()
    assert features(DAY, "2026-03-01") == before
    assert features(DAY, "2026-06-01") != before


def test_a_run_on_the_day_itself_knows_the_same_of_everybody_it_knew_then(drawn: Facts, features: Rows):
    drawn.tell()
    later = features(DAY, "2026-03-01")
    drawn.tell(date(2026, 3, 1))
    on_the_day = {row[0]: row for row in features(date(2026, 3, 1), "2026-03-01")}
    ranks = 4  # a run's day ranks everybody, also whom nobody has met yet
    assert [row[:-ranks] for row in later] == [on_the_day[row[0]][:-ranks] for row in later]


LEAKS = {
    "orders of the day itself": (
        "orders.ordered_at < cutoffs.as_of_date",
        "orders.ordered_at <= cutoffs.as_of_date + 30",
    ),
    "marks given later": ("tickets.satisfaction_at < cutoffs.as_of_date", "tickets.satisfaction_at is not null"),
    "tickets closed later": ("coalesce(tickets.closed_at >= cutoffs.as_of_date, tickets.is_open)", "tickets.is_open"),
    "visits of strangers": ("and sessions.identified_at < cutoffs.as_of_date", ""),
    "answers given later": ("touches.responded_at < cutoffs.as_of_date", "touches.responded_at is not null"),
    "orders called off later": ("or orders.cancelled_at >= cutoffs.as_of_date", ""),
    "levels of today": ("memberships.valid_from <= cutoffs.as_of_date", "true"),
    "lines of the future": ("lines.ordered_at < cutoffs.as_of_date", "true"),
    "prices of the future": ("lines.ordered_on < cutoffs.as_of_date", "true"),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_planted_look_into_the_future_is_found(facts: Facts, feature_texts: Texts, leak: str):
    sound, leaking = LEAKS[leak]
    text = feature_texts.whole_for(DAY)
    assert sound in text
    planted = text.replace(sound, leaking)
    facts.draw(1)
    facts.tell()
    from_everything = [facts.cutoff(planted, cutoff) for cutoff in CUTOFFS[1:3]]
    for cutoff, rows in zip(CUTOFFS[1:3], from_everything, strict=True):
        facts.tell(date.fromisoformat(cutoff))
        if facts.cutoff(planted, cutoff) != rows:
            return
    pytest.fail(f"{leak}: nobody noticed")


def test_window_frames_come_to_the_same_figures_by_another_way(drawn: Facts, feature_texts: Texts):
    """Running sums over each customer's days instead of a join of facts and cutoffs; one shared column is the key."""
    drawn.tell()
    drawn.connection.execute("create or replace table world.got as " + feature_texts.whole_for(DAY))
    by_frames = """
        with moments as (
            select customer_id, order_date as day, net_revenue as amount, 1 as is_order, 0 as is_cutoff
            from marts.fct_orders where order_type = 'sale'
            union all
            select customer_id, cast(refunded_at as date), -refund_amount, 0, 0 from marts.fct_refunds
            union all
            select customer_id, as_of_date, 0, 0, 1 from world.got
        ),
        framed as (
            select *,
                sum(amount) over so_far as net_revenue,
                sum(is_order) over so_far as order_count,
                coalesce(sum(amount) over quarter, 0) as net_revenue_90d,
                coalesce(sum(is_order) over quarter, 0) as orders_90d,
                coalesce(sum(is_order) over week, 0) as orders_7d,
                max(case when is_order = 1 then day end) over so_far as last_order_date
            from moments
            window
                so_far as (partition by customer_id order by day
                    range between unbounded preceding and interval 1 day preceding),
                quarter as (partition by customer_id order by day
                    range between interval 90 day preceding and interval 1 day preceding),
                week as (partition by customer_id order by day
                    range between interval 7 day preceding and interval 1 day preceding)
        )
        select distinct customer_id, day, coalesce(net_revenue, 0), coalesce(order_count, 0), net_revenue_90d,
            orders_90d, orders_7d, last_order_date
        from framed where is_cutoff = 1 order by all
    """
    by_join = """
        select customer_id, as_of_date, net_revenue, order_count, net_revenue_90d, orders_90d, orders_7d,
            last_order_date
        from world.got order by all
    """
    drawn.connection.execute("delete from world.orders where cancelled_at is not null")
    drawn.tell()
    drawn.connection.execute("create or replace table world.got as " + feature_texts.whole_for(DAY))
    assert len(drawn.rows(by_join)) > 400
    assert drawn.rows(by_frames) == drawn.rows(by_join)
