"""The daily job on real exports: figures that an independent count gives, and customers that a plain script finds."""

import csv
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from itertools import chain
from pathlib import Path

import duckdb
import pytest

from tests.benchmarks.bare import customers
from tests.benchmarks.web_visits import WEBSITE, plain_counts
from tests.journey.house import House
from tests.real_inbox import build, missing

AS_OF = date(2011, 12, 10)
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> House:
    if lacking := missing(SHARED):
        pytest.skip(f"The real files are not here: {lacking}")
    house = House(tmp_path_factory.mktemp("real"), "GBP")
    build(SHARED, house.data / "inbox")
    outcome = house.run(AS_OF)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return house


def one(house: House, sql: str) -> dict:
    return house.query(sql)[0]


def test_a_million_lines_add_up(real: House):
    books = one(
        real,
        """
        select sum(rows_read)::int as read, sum(rows_loaded)::int as loaded,
            sum(rows_quarantined)::int as quarantined, sum(rows_duplicate)::int as duplicate
        from row_conservation where feed = 'order_lines'
        """,
    )
    assert books == {"read": 1_067_370, "loaded": 1_033_035, "quarantined": 0, "duplicate": 34_335}


def test_every_invoice_is_a_sale_a_return_or_an_adjustment(real: House):
    found = one(
        real,
        "select (select count(*) from fct_orders) as orders, (select count(*) from fct_refunds) as refunds,"
        " (select count(distinct order_id) from fct_order_lines) as invoices",
    )
    assert found["invoices"] == 53_628
    assert found["refunds"] == 8_292
    assert found["orders"] + found["refunds"] == found["invoices"]


def test_every_customer_of_the_shop_is_a_customer(real: House):
    with duckdb.connect(str(real.data / "published" / "current" / "people.duckdb"), read_only=True) as people:
        shop = people.execute(
            "select count(*), count(distinct customer_id) from marts.customer_records where source_system = 'retail'"
        ).fetchone()
    assert shop == (5_942, 5_942)


def test_lines_without_a_customer_arrive_and_stay_without_one(real: House):
    files = (real.data / "inbox" / "retail").glob("*/*.csv")
    with ExitStack() as stack:
        lines = chain.from_iterable(csv.DictReader(stack.enter_context(path.open(newline=""))) for path in files)
        assert sum(1 for line in lines if not line["Customer ID"]) == 243_007
    loaded = one(real, "select count(*) filter (customer_id is null) as guests from fct_order_lines")
    assert loaded["guests"] == 235_151


def test_recency_orders_revenue_scores_and_segments_are_what_a_plain_script_finds(real: House):
    plain = customers(real.data / "inbox", AS_OF).set_index("customer_id")
    snapshot = real.data / "published" / "current"
    with duckdb.connect(str(snapshot / "marts.duckdb"), read_only=True) as connection:
        connection.execute(f"attach '{snapshot / 'people.duckdb'}' as people (read_only)")
        ours = connection.sql("""
            select source_record_id as customer_id, recency_days, order_count,
                cast(net_revenue as double) as net_revenue, r_score as r, f_score as f, m_score as m, segment, segment_8
            from ml.rfm join people.marts.customer_records using (customer_id) where source_system = 'retail'
        """).df()
    ours = ours.set_index("customer_id").sort_index()
    assert len(ours) == len(plain)
    for column in ("recency_days", "order_count", "r", "f", "m", "segment", "segment_8"):
        assert (ours[column] == plain[column]).all(), column
    assert ((ours["net_revenue"] - plain["net_revenue"]).abs() < 0.001).all()


def test_customers_guests_orders_lines_and_days_come_to_the_same_cent(real: House):
    found = one(
        real,
        """
        select
            (select sum(net_revenue) from customer_features where as_of_date = date '2011-12-10')
                + (select sum(net_revenue) from fct_orders where customer_id is null and order_type = 'sale')
                - (select coalesce(sum(refund_amount), 0) from fct_refunds where customer_id is null) as by_customer,
            (select sum(net_revenue) from fct_orders where order_type = 'sale')
                - (select sum(refund_amount) from fct_refunds) as by_order,
            (select sum(net_revenue) from daily_business) as by_day
        """,
    )
    assert len({Decimal(value) for value in found.values()}) == 1


def test_the_other_domains_are_there_and_nothing_of_the_future_is_held_against_a_customer(real: House):
    counts = one(
        real,
        "select (select count(*) from fct_tickets) as tickets, (select count(*) from fct_events) as events,"
        " (select count(*) from fct_campaign_touches) as touches, (select count(*) from fct_opportunities) as deals",
    )
    assert counts == {"tickets": 10 + 40, "events": 157, "touches": 68, "deals": 50}
    assert one(real, "select max(ticket_count) as t, max(visit_count) as v from customer_360") == {"t": 0, "v": 0}


def test_page_views_visits_and_visitors_are_what_snowplow_counts(real: House):
    found = one(
        real,
        "select sum(page_view_count)::int as page_views, count(*) as sessions, count(distinct visitor_id) as users"
        " from fct_sessions where source_system = 'snowplow'",
    )
    assert found == plain_counts(SHARED / WEBSITE)._asdict()
