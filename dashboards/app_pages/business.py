"""How is the business doing? Four figures against the period before, and three series over time."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from dashboards import charts, freshness
from dashboards.shop_window import current, show
from dashboards.text import MISSING, change, day, md, money, money_rounded, number, period, t

PERIODS = (30, 90, 365)
LENGTHS = {"month": 36, "week": 52, "day": 90}  # how many of each are drawn

# daily_business ends with the day before the as-of date; fct_orders keeps whatever was delivered.
TOTALS = """
with

days as (

    select *, order_date >= cast($as_of as date) - $days as is_now
    from marts.daily_business
    where order_date >= cast($as_of as date) - 2 * $days

),

buyers as (

    select customer_id, order_date >= cast($as_of as date) - $days as is_now
    from marts.fct_orders
    where order_type = 'sale' and order_date >= cast($as_of as date) - 2 * $days and order_date < $as_of

)

select
    coalesce(sum(order_count) filter (where is_now), 0) as order_count,
    coalesce(sum(order_count) filter (where not is_now), 0) as order_count_before,
    coalesce(sum(net_revenue) filter (where is_now), 0) as net_revenue,
    coalesce(sum(net_revenue) filter (where not is_now), 0) as net_revenue_before,
    sum(gross_revenue) filter (where is_now) / nullif(sum(order_count) filter (where is_now), 0) as average_order,
    sum(gross_revenue) filter (where not is_now)
        / nullif(sum(order_count) filter (where not is_now), 0) as average_order_before,
    (select count(distinct customer_id) from buyers where is_now) as customer_count,
    (select count(distinct customer_id) from buyers where not is_now) as customer_count_before,
    (select max(currency_code) from marts.daily_business) as currency_code,
    (select min(order_date) from marts.daily_business) as first_day
from days
"""

SERIES = """
with

bounds as (

    select
        cast(date_trunc($grain, greatest(
            min(order_date), cast($as_of as date) - 1 - cast(($length - 1) || ' ' || $grain as interval)
        )) as date) as starts,
        cast($as_of as date) - 1 as ends
    from marts.daily_business
    having count(*) > 0  -- greatest() passes over a null, so without a day there must be no row

),

periods as (

    select cast(unnest(generate_series(starts, ends, cast('1 ' || $grain as interval))) as date) as period_start
    from bounds

)

select
    periods.period_start,
    periods.period_start + cast('1 ' || $grain as interval) <= $as_of as is_whole,
    coalesce(sum(daily.net_revenue), 0) as net_revenue,
    coalesce(sum(daily.order_count), 0) as order_count,
    coalesce(sum(daily.new_customer_count), 0) as new_customer_count
from periods
left join marts.daily_business as daily
    on cast(date_trunc($grain, daily.order_date) as date) = periods.period_start
group by periods.period_start
order by periods.period_start
"""


def draw_figures(as_of, days: int, missing: bool) -> str | None:
    """The four figures. Returns the currency of the revenue."""
    totals = show(TOTALS, {"as_of": as_of, "days": days}).iloc[0]
    currency = None if pd.isna(totals["currency_code"]) else totals["currency_code"]
    first_day = totals["first_day"]
    is_comparable = not pd.isna(first_day) and first_day <= as_of - timedelta(days=2 * days)
    figures = {
        "customer_count": number(totals["customer_count"]),
        "order_count": number(totals["order_count"]),
        "net_revenue": money_rounded(totals["net_revenue"], currency),
        "average_order": money(totals["average_order"], currency),
    }
    with st.container(horizontal=True):
        for name, figure in figures.items():
            st.metric(
                t(f"business.{name}"),
                MISSING if missing else figure,
                _change(totals, name) if is_comparable and not missing else None,
                help=t(f"definition.business.{name}"),
                border=True,
                height="stretch",
            )
    starts, ends = as_of - timedelta(days=days), as_of - timedelta(days=1)
    against = t("business.against") if is_comparable else t("business.nothing_before")
    st.caption(" ".join([md("business.period", starts=day(starts), ends=day(ends)), "" if missing else against]))
    return currency


def draw_series(as_of, grain: str, currency: str | None) -> None:
    """Net revenue, orders and new customers over time."""
    series = show(SERIES, {"as_of": as_of, "grain": grain, "length": LENGTHS[grain]})
    if series.empty:
        st.info(t("business.no_orders"), icon=":material/inbox:")
        return
    series["label"] = [period(start, grain) for start in series["period_start"]]
    _draw_one(series, "net_revenue", [money(value, currency) for value in series["net_revenue"]])
    left, right = st.columns(2)
    with left:
        _draw_one(series, "order_count", [number(value) for value in series["order_count"]])
    with right:
        _draw_one(series, "new_customer_count", [number(value) for value in series["new_customer_count"]])
    if not series["is_whole"].all():
        st.caption(t("business.not_over"))


def _draw_one(series: pd.DataFrame, name: str, words: list[str]) -> None:
    title = t(f"column.{name}")
    st.subheader(title, help=t(f"definition.{name}"))
    frame = series[["label", "is_whole"]].assign(value=series[name].astype(float), value_text=words)
    st.altair_chart(charts.bars_over_time(frame, title), width="stretch")


def _change(totals: pd.Series, name: str) -> str | int | None:
    now, before = totals[name], totals[f"{name}_before"]
    if pd.isna(now) or pd.isna(before) or before <= 0:
        return None
    return change(now / before - 1) if now != before else 0


st.title(t("page.business"))
missing = "orders" in freshness.banner("business")
as_of = current().as_of_date
period_names = {length: t(f"period.{length}") for length in PERIODS}
days = st.segmented_control(
    t("business.choose_period"),
    PERIODS,
    format_func=period_names.__getitem__,
    default=PERIODS[0],
    required=True,
    key="period",
    bind="query-params",
)
currency = draw_figures(as_of, days, missing)
if not missing:
    grain_names = {name: t(f"grain.{name}") for name in LENGTHS}
    grain = st.segmented_control(
        t("business.choose_grain"),
        list(LENGTHS),
        format_func=grain_names.__getitem__,
        default="month",
        required=True,
        key="grain",
        bind="query-params",
    )
    draw_series(as_of, grain, currency)
