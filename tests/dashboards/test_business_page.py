"""How is the business doing? The figures, the changes and the series, against a count of our own."""

import json
import urllib.parse
from datetime import timedelta

import altair as alt
import pandas as pd
import pytest

from dashboards import goals
from tests.dashboards.invented_shop import AS_OF


def sales(shop) -> pd.DataFrame:
    orders = shop.tables["marts.fct_orders"]
    return orders[(orders["order_type"] == "sale") & (orders["order_date"] < AS_OF)]


def within(frame: pd.DataFrame, first_ago: int, last_ago: int) -> pd.DataFrame:
    """The rows dated between so many days before the as-of date, both included."""
    ago = pd.Series([(AS_OF - day).days for day in frame["order_date"]], index=frame.index)
    return frame[(ago <= first_ago) & (ago >= last_ago)]


def figures(shop, first_ago: int, last_ago: int) -> dict[str, float]:
    orders = within(sales(shop), first_ago, last_ago)
    days = within(shop.tables["marts.daily_business"], first_ago, last_ago)
    return {
        "customers": orders["customer_id"].nunique(),
        "orders": len(orders),
        "net": round(days["net_revenue"].sum(), 2),
        "average": orders["net_revenue"].sum() / len(orders),
    }


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("days", [30, 90, 365])
def test_the_four_figures_are_those_of_the_period(shop, open_page, language, days):
    shop.publish()
    page = open_page("business", language)
    page.segmented_control(key="period").set_value(str(days)).run()
    now, before = figures(shop, days, 1), figures(shop, 2 * days, days + 1)
    assert not page.exception
    assert [metric.value for metric in page.metric[:4]] == [
        f"{now['customers']:,}",
        f"{now['orders']:,}",
        f"£{now['net']:,.0f}",
        f"£{now['average']:,.2f}",
    ]
    assert [metric.delta for metric in page.metric[:4]] == [f"{now[name] / before[name] - 1:+,.1%}" for name in now]


def test_a_period_without_a_full_one_before_it_shows_no_change(shop, open_page):
    orders = shop.tables["marts.daily_business"]
    shop.tables["marts.daily_business"] = within(orders, 55, 1)
    shop.publish()
    page = open_page("business")
    assert {metric.delta for metric in page.metric} == {""}
    assert "no change to show" in page.caption[1].value


@pytest.mark.parametrize("grain", ["month", "week", "day"])
def test_the_series_add_up_to_the_days(shop, open_page, drawn, grain):
    shop.publish()
    page = open_page("business")
    page.segmented_control(key="grain").set_value(grain).run()
    assert not page.exception
    period = {"month": "M", "week": "W-SUN", "day": "D"}[grain]
    days = shop.tables["marts.daily_business"]
    starts = pd.to_datetime(days["order_date"]).dt.to_period(period)
    for chart, column in zip(drawn[-3:], ["net_revenue", "order_count", "new_customer_count"], strict=True):
        drawn_periods = pd.period_range(end=AS_OF - timedelta(days=1), periods=len(chart.data), freq=period)
        expected = days.groupby(starts)[column].sum().reindex(drawn_periods, fill_value=0)
        assert len(chart.data) == {"month": 27, "week": 52, "day": 90}[grain]
        assert chart.data["value"].round(2).tolist() == expected.astype(float).round(2).tolist()


def test_only_the_period_that_has_not_ended_is_marked(shop, open_page, drawn):
    shop.publish()
    open_page("business")
    assert drawn[0].data["is_whole"].tolist() == [True] * (len(drawn[0].data) - 1) + [False]


@pytest.fixture
def drawn(monkeypatch) -> list[alt.Chart]:
    """The charts that a page draws, in order."""
    from dashboards import charts

    seen: list[alt.Chart] = []
    real = charts.bars_over_time

    def watched(frame: pd.DataFrame, title: str) -> alt.Chart:
        seen.append(real(frame, title))
        return seen[-1]

    monkeypatch.setattr(charts, "bars_over_time", watched)
    return seen


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_shop_without_orders_still_has_a_page(shop, open_page, language):
    for table in ("marts.fct_orders", "marts.daily_business", "marts.customer_360", "ml.rfm"):
        shop.tables[table] = shop.tables[table].head(0)
    shop.publish()
    page = open_page("business", language)
    assert not page.exception
    assert not page.error
    assert [metric.value for metric in page.metric[:4]] == ["0", "0", "0", "–"]
    assert page.info[0].value.startswith(("No order has been delivered", "还没有收到任何订单"))


def test_orders_that_were_never_delivered_are_left_out_and_not_shown_as_zero(shop, open_page):
    for table in ("marts.fct_orders", "marts.daily_business"):
        shop.tables[table] = shop.tables[table].head(0)
    feeds = shop.tables["ops.feeds"]
    shop.tables["ops.feeds"] = feeds.assign(
        status=["missing" if domain == "orders" else "fresh" for domain in feeds["domain"]],
        last_delivery_date=[None if domain == "orders" else AS_OF for domain in feeds["domain"]],
    )
    shop.publish()
    page = open_page("business")
    assert [metric.value for metric in page.metric[:4]] == ["–", "–", "–", "–"]
    assert page.info[0].value.startswith("**Orders**: nothing has ever been delivered")


def test_a_late_feed_is_named_with_its_last_delivery(shop, open_page):
    feeds = shop.tables["ops.feeds"]
    late = feeds["domain"] == "orders"
    shop.tables["ops.feeds"] = feeds.assign(
        status=["stale" if each else "fresh" for each in late],
        last_delivery_date=[AS_OF - timedelta(days=9 if each else 1) for each in late],
    )
    shop.publish()
    page = open_page("business")
    (warning,) = page.warning
    assert "retail\\.order\\_lines \\(last arrived on Dec 1\\, 2011\\, expected at least every 2 days" in warning.value
    page = open_page("business", "zh")
    assert "2011年12月1日" in page.warning[0].value


def test_a_feed_of_another_domain_is_no_concern_of_this_page(shop, open_page):
    feeds = shop.tables["ops.feeds"]
    shop.tables["ops.feeds"] = feeds.assign(status=["fresh" if d == "orders" else "missing" for d in feeds["domain"]])
    shop.publish()
    page = open_page("business")
    assert not any("delivered, so this page" in info.value for info in page.info)
    assert not page.warning


def test_a_chart_takes_its_colours_from_the_theme(shop, open_page, drawn):
    shop.publish()
    open_page("business")
    drawing = json.dumps([chart.to_dict(format="vega-lite")["encoding"] for chart in drawn])
    assert "#" not in drawing


def test_a_choice_stands_in_the_address_by_its_code_and_is_read_from_there_in_another_language(rich_shop, open_page):
    english = open_page("business")
    english.segmented_control(key="slice").set_value("region").run()
    assert english.query_params["slice"] == "region"
    chinese = open_page("business", "zh", slice="region", period="not one of ours")
    assert chinese.segmented_control(key="slice").value == "region"
    assert chinese.segmented_control(key="period").value == "30"


def test_goals_are_judged_by_their_kind():
    amount = {"so_far": 60.0, "forecast": 120.0, "target_value": 100.0, "passed_share": 0.5}
    amount |= {"is_amount": True, "is_lower_better": False}
    assert goals.status_of(amount) == "on_track"
    assert goals.status_of(amount | {"forecast": 95.0}) == "at_risk"
    assert goals.status_of(amount | {"forecast": 50.0}) == "off_track"
    assert goals.status_of(amount | {"so_far": 100.0}) == "reached"
    assert goals.status_of(amount | {"passed_share": 1.0}) == "missed"
    rate = amount | {"is_amount": False, "so_far": 3.0, "forecast": 3.0, "target_value": 4.0}
    assert goals.status_of(rate) == "off_track", "a rate is not reached by being there"
    hours = rate | {"is_lower_better": True}
    assert goals.status_of(hours) == "on_track"
    assert goals.status_of(hours | {"forecast": 9.0, "so_far": 9.0, "passed_share": 1.0}) == "missed"
    assert goals.status_of(rate | {"so_far": None}) == "unknown"


def test_a_number_leads_to_the_customers_behind_it(rich_shop, open_page):
    page = open_page("business")
    shown = {metric.label: metric.value for metric in page.metric}
    links = {link.proto.label: link.proto.query_string for link in page.get("page_link")}
    assert len(links) == 4
    for label, query in links.items():
        asked = {name: values[0] for name, values in urllib.parse.parse_qs(query.lstrip("?")).items()}
        behind = open_page("builder", "en", rule=asked["rule"])
        assert not behind.exception
        assert behind.metric[0].value == shown[label], label


def test_no_link_leads_where_a_visitor_may_not_go(rich_shop, as_role, open_page):
    as_role("viewer")
    page = open_page("business")
    assert not page.exception
    assert not page.get("page_link")
