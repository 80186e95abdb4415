"""How is the business doing? Figures against the period before, goals, series over time, and what changed."""

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from dashboards import access, behind, changes, charts, freshness, goals
from dashboards.choices import choose
from dashboards.code_names import UNKNOWN, name_of
from dashboards.definitions import definition
from dashboards.figures import Figure, draw_figures
from dashboards.shop_window import columns, current, has_tables, own_customers, show
from dashboards.tables import show_table
from dashboards.text import MISSING, change, day, decimal, md, money, money_rounded, number, percent, period, t

PERIODS = (30, 90, 365)
ACTIVE_DAYS, LOST_DAYS = 90, 365  # bought within so many; not within so many
BETTER_FEWER = ("lost_count", "ticket_count")
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

    {buyers}

)

select
    coalesce(sum(order_count) filter (where is_now), 0) as order_count,
    coalesce(sum(order_count) filter (where not is_now), 0) as order_count_before,
    coalesce(sum(net_revenue) filter (where is_now), 0) as net_revenue,
    coalesce(sum(net_revenue) filter (where not is_now), 0) as net_revenue_before,
    sum(gross_revenue) filter (where is_now) / nullif(sum(order_count) filter (where is_now), 0) as average_order,
    sum(gross_revenue) filter (where not is_now)
        / nullif(sum(order_count) filter (where not is_now), 0) as average_order_before,
    coalesce(sum(new_customer_count) filter (where is_now), 0) as new_customer_count,
    coalesce(sum(new_customer_count) filter (where not is_now), 0) as new_customer_count_before,
    coalesce((select sum(customer_count) from buyers where is_now), 0) as customer_count,
    coalesce((select sum(customer_count) from buyers where not is_now), 0) as customer_count_before,
    (select max(currency_code) from marts.daily_business) as currency_code,
    (select min(order_date) from marts.daily_business) as first_day
from days
"""

# Counted once a night where the version has the table; a version of an earlier release has the orders.
BUYERS = """
    select period = 'now' as is_now, customer_count
    from marts.buyers_by_period
    where breakdown = 'all' and window_days = $days
"""
BUYERS_OF_ORDERS = """
    select order_date >= cast($as_of as date) - $days as is_now, count(distinct customer_id) as customer_count
    from marts.fct_orders
    where order_type = 'sale' and order_date >= cast($as_of as date) - 2 * $days and order_date < $as_of
    group by 1
"""

SLICES = """
select
    now.slice,
    now.customer_count,
    now.order_count,
    now.gross_revenue,
    earlier.gross_revenue as gross_revenue_before
from marts.buyers_by_period as now
left join marts.buyers_by_period as earlier
    on now.breakdown = earlier.breakdown and now.slice = earlier.slice and now.window_days = earlier.window_days
    and earlier.period = 'before'
where now.breakdown = $breakdown and now.window_days = $days and now.period = 'now'
order by now.gross_revenue desc, now.slice
limit 20
"""

SERVICE = """
select
    count(*) filter (where is_now) as ticket_count,
    count(*) filter (where not is_now) as ticket_count_before,
    {csat} filter (where is_now) as csat,
    {csat} filter (where not is_now) as csat_before
from (
    select *, created_at >= cast($as_of as date) - $days as is_now
    from marts.fct_tickets
    where created_at >= cast($as_of as date) - 2 * $days and created_at < $as_of
)
"""

STANDING = """
select
    count(*) filter (where recency_days <= $active_days) as active_count,
    count(*) filter (where recency_days > $lost_days) as lost_count
from marts.customer_360
where {limit}
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


def draw_period(as_of, days: int, missing: bool) -> str | None:
    """The four figures. Returns the currency of the revenue."""
    buyers = BUYERS if has_tables("marts.buyers_by_period") else BUYERS_OF_ORDERS
    totals = show(TOTALS.format(buyers=buyers), {"as_of": as_of, "days": days}).iloc[0]
    currency = None if pd.isna(totals["currency_code"]) else totals["currency_code"]
    first_day = totals["first_day"]
    is_comparable = not pd.isna(first_day) and first_day <= as_of - timedelta(days=2 * days)
    figures = {
        "customer_count": number(totals["customer_count"]),
        "order_count": number(totals["order_count"]),
        "net_revenue": money_rounded(totals["net_revenue"], currency),
        "average_order": money(totals["average_order"], currency),
    }
    changes = {name: _change(totals, name) if is_comparable and not missing else None for name in figures}
    _draw_row({name: MISSING if missing else figure for name, figure in figures.items()}, changes)
    figures, changes = _standing(totals, as_of, days, is_comparable and not missing)
    for names in (("new_customer_count", "repeat_rate", "active_count"), ("lost_count", "ticket_count", "csat")):
        _draw_row({name: figures[name] for name in names if name in figures}, changes)
    starts, ends = as_of - timedelta(days=days), as_of - timedelta(days=1)
    against = t("business.against") if is_comparable else t("business.nothing_before")
    st.caption(" ".join([md("business.period", starts=day(starts), ends=day(ends)), "" if missing else against]))
    if not missing:
        behind.offer({t(f"business.{name}"): condition for name, condition in _behind(starts, days).items()})
    return currency


def _behind(starts: date, days: int) -> dict[str, dict[str, object]]:
    """Who is counted: the same days as in TOTALS and STANDING, as conditions of a segment."""
    return {
        "customer_count": {"field": "recency_days", "is": "at_most", "value": days},
        "new_customer_count": {"field": "first_order_date", "is": "on_or_after", "value": starts.isoformat()},
        "active_count": {"field": "recency_days", "is": "at_most", "value": ACTIVE_DAYS},
        "lost_count": {"field": "recency_days", "is": "at_least", "value": LOST_DAYS + 1},
    }


def _draw_row(figures: dict[str, str], changes: dict[str, str | int | None]) -> None:
    draw_figures(
        [
            Figure(
                t(f"business.{name}"),
                figure,
                definition(f"business.{name}"),
                change=changes.get(name),
                is_better_lower=name in BETTER_FEWER,
            )
            for name, figure in figures.items()
        ]
    )


def _standing(
    totals: pd.Series, as_of: date, days: int, is_comparable: bool
) -> tuple[dict[str, str], dict[str, str | int | None]]:
    """The second row: who is new, comes back, is still here or is lost, and how the service desk did."""
    limit, limited = own_customers()
    standing = {"active_days": ACTIVE_DAYS, "lost_days": LOST_DAYS, **limited}
    counts = show(STANDING.format(limit=limit), standing).iloc[0]
    has_scores = "satisfaction_score" in columns("marts.fct_tickets")
    csat = "avg(satisfaction_score)" if has_scores else "max(cast(null as double))"
    service = show(SERVICE.format(csat=csat), {"as_of": as_of, "days": days}).iloc[0]
    rates = {
        f"repeat_rate{when}": 1 - totals[f"new_customer_count{when}"] / totals[f"customer_count{when}"]
        if totals[f"customer_count{when}"]
        else None
        for when in ("", "_before")
    }
    known = pd.Series({**totals, **service, **rates})
    figures = {
        "new_customer_count": number(totals["new_customer_count"]),
        "repeat_rate": percent(rates["repeat_rate"]),
        "active_count": number(counts["active_count"]),
        "lost_count": number(counts["lost_count"]),
        "ticket_count": number(service["ticket_count"]),
        "csat": decimal(service["csat"]),
    }
    if freshness.status_of("tickets") == "missing":
        del figures["ticket_count"], figures["csat"]
    elif not has_scores:
        del figures["csat"]
    compared = [name for name in figures if f"{name}_before" in known.index] if is_comparable else []
    return figures, {name: _change(known, name) for name in compared}


def draw_slices(days: int) -> None:
    """Where the revenue of the period came from."""
    if not has_tables("marts.buyers_by_period"):
        return
    st.header(t("business.slices"))
    names = {code: t(f"slice.{code}") for code in ("channel", "region")}
    chosen = choose(t("business.slice_by"), names, "slice")
    slices = show(SLICES, {"breakdown": chosen, "days": days})
    if slices.empty:
        st.info(t("business.no_orders"), icon=":material/inbox:")
        return
    slices["slice"] = [name_of(chosen, code or UNKNOWN) for code in slices["slice"]]
    slices["change_share"] = (
        slices["gross_revenue"] / slices["gross_revenue_before"].where(lambda v: v > 0) - 1
    ).astype(float)
    slices = access.hide_small_groups(slices, "customer_count", "order_count", "gross_revenue", "change_share")
    show_table(slices.drop(columns="gross_revenue_before"), key="slices", height="content")


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


def main() -> None:
    """Figures, goals, series, slices, and what changed since the version before."""
    st.title(t("page.business"))
    missing = "orders" in freshness.banner("business")
    as_of = current().as_of_date
    names = {str(length): t(f"period.{length}") for length in PERIODS}
    days = int(choose(t("business.choose_period"), names, "period"))
    currency = draw_period(as_of, days, missing)
    if missing:
        return
    grain_names = {name: t(f"grain.{name}") for name in LENGTHS}
    grain = choose(t("business.choose_grain"), grain_names, "grain")
    draw_series(as_of, grain, currency)
    goals.draw_goals()
    draw_slices(days)
    changes.draw_changes()


main()
