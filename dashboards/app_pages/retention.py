"""Where do customers come from, and do they stay? Cohorts by what they came through, and AARRR."""

import pandas as pd
import streamlit as st

from dashboards import access, charts, freshness
from dashboards.choices import choose, pick
from dashboards.code_names import name_of
from dashboards.shop_window import columns, current, own_customers, show
from dashboards.tables import show_table
from dashboards.text import md, money_rounded, number, percent, period, t

MONTHS = 12
EVERY = "all"
BREAKDOWNS = ("source", "channel", "campaign")
FEWEST = 30  # customers: a mean of fewer is not held up as the best
FOUND = """
select slice from marts.cohort_retention where breakdown = $breakdown group by slice order by sum(customer_count) desc
"""

COHORTS = """
with

cohorts as (

    select distinct slice, cohort_month, cohort_size
    from marts.cohort_retention
    where breakdown = $breakdown and $slice in ('all', slice)
        and cohort_month >= cast($as_of as date) - interval 13 month

),

sizes as (

    select cohort_month, sum(cohort_size) as cohort_size from cohorts group by cohort_month

),

found as (

    select cohort_month, months_since, sum(customer_count) as customer_count
    from marts.cohort_retention
    where breakdown = $breakdown and $slice in ('all', slice)
    group by cohort_month, months_since

)

select
    sizes.cohort_month,
    cast(months.months_since as integer) as months_since,
    sizes.cohort_size,
    coalesce(found.customer_count, 0) as customer_count
from sizes
cross join (select unnest(range(0, $months + 1)) as months_since) as months
left join found on sizes.cohort_month = found.cohort_month and months.months_since = found.months_since
where sizes.cohort_month + to_months(cast(months.months_since as integer)) < date_trunc('month', cast($as_of as date))
order by sizes.cohort_month, months.months_since
"""

SLICES = """
with

cohorts as (

    select distinct slice, cohort_month, cohort_size
    from marts.cohort_retention
    where breakdown = $breakdown and cohort_month + interval 4 month <= $as_of

),

worth as (

    select
        slice,
        cohort_month,
        sum(gross_revenue) as gross_revenue,
        coalesce(sum(customer_count) filter (where months_since = 3), 0) as later_count,
        max(currency_code) as currency_code
    from marts.cohort_retention
    where breakdown = $breakdown and months_since <= 3
    group by 1, 2

)

select
    cohorts.slice,
    cast(sum(cohorts.cohort_size) as bigint) as customer_count,
    coalesce(sum(worth.later_count), 0) / nullif(sum(cohorts.cohort_size), 0) as quarter_share,
    coalesce(sum(worth.gross_revenue), 0) / nullif(sum(cohorts.cohort_size), 0) as revenue_per_customer,
    max(worth.currency_code) as currency_code
from cohorts
left join worth on worth.slice = cohorts.slice and worth.cohort_month = cohorts.cohort_month
group by cohorts.slice
order by customer_count desc, cohorts.slice
"""

STEPS = """
select
    count(*) as acquisition,
    count(*) filter (where visit_count > 0 or campaign_touch_count > 0 or has_ordered) as activation,
    count(*) filter (where has_ordered) as revenue,
    count(*) filter (where order_count >= 2) as retention,
    count(*) filter (where {referral}) as referral
from marts.customer_360
where {limit}
"""


def draw_steps() -> None:
    """How many customers get how far."""
    st.header(t("retention.steps"), help=t("definition.aarrr"))
    has_channel = "first_channel" in columns("marts.customer_360")
    limit, limited = own_customers()
    referral = "first_channel = 'referral'" if has_channel else "false"
    counts = show(STEPS.format(referral=referral, limit=limit), limited).iloc[0]
    names = ["acquisition", "activation", "revenue", "retention", *(["referral"] if has_channel else [])]
    frame = access.hide_small_groups(
        pd.DataFrame({"step": names, "customer_count": [int(counts[name]) for name in names]}), "customer_count"
    )
    frame["name"] = [t(f"retention.step.{name}") for name in names]
    frame["definition"] = [t(f"definition.step.{name}") for name in names]
    frame["share"] = (frame["customer_count"] / max(int(counts["acquisition"]), 1)).astype(float)
    frame["share_text"] = [percent(share) for share in frame["share"]]
    frame["count_text"] = [number(count) for count in frame["customer_count"]]
    st.altair_chart(charts.steps(frame.dropna(), st.context.theme.type or "light"), width="stretch")
    if not has_channel:
        st.caption(t("retention.no_referral"))


def draw_cohorts(breakdown: str, chosen: str) -> None:
    """A row for each month of first orders: which share of it bought again, month by month."""
    question = {"breakdown": breakdown, "slice": chosen, "as_of": current().as_of_date, "months": MONTHS}
    cohorts = show(COHORTS, question)
    if cohorts.empty:
        st.info(t("retention.no_cohorts"), icon=":material/inbox:")
        return
    cohorts = access.hide_small_groups(cohorts, "cohort_size", "customer_count").dropna(subset=["cohort_size"])
    cohorts["share"] = (cohorts["customer_count"] / cohorts["cohort_size"]).astype(float)
    cohorts["cohort"] = [period(month, "month") for month in cohorts["cohort_month"]]
    cohorts["share_text"] = [percent(share) for share in cohorts["share"]]
    cohorts["size_text"] = [number(size) for size in cohorts["cohort_size"]]
    cohorts["months_since"] = cohorts["months_since"].astype(int)
    later = cohorts[cohorts["months_since"] > 0]
    if later.empty:
        st.info(t("retention.too_young"), icon=":material/hourglass:")
        return
    later = later.assign(percent=(later["share"] * 100).round())
    columns_of_chart = ["cohort", "months_since", "share", "percent", "share_text", "size_text"]
    st.altair_chart(charts.cohorts(later[columns_of_chart], st.context.theme.type or "light"), width="stretch")
    st.caption(t("retention.note"))


def draw_slices(breakdown: str) -> None:
    """Slices side by side: how many came, how many bought again in the third month after, worth how much."""
    st.subheader(t("retention.slices"), help=t("definition.retention.slices"))
    slices = show(SLICES, {"breakdown": breakdown, "as_of": current().as_of_date})
    if slices.empty:
        st.caption(t("retention.too_young"))
        return
    currency = slices["currency_code"].dropna()
    slices["first_touch"] = [called(breakdown, code) for code in slices["slice"]]
    slices = access.hide_small_groups(slices, "customer_count", "quarter_share", "revenue_per_customer")
    shown = slices[["first_touch", "customer_count", "quarter_share", "revenue_per_customer"]]
    show_table(shown.astype({"quarter_share": float, "revenue_per_customer": float}), key="slices", height="content")
    sure = slices[slices["customer_count"] >= FEWEST].dropna(subset=["revenue_per_customer"])
    best = sure.sort_values("revenue_per_customer", ascending=False)
    if len(best):
        worth = money_rounded(best["revenue_per_customer"].iloc[0], currency.iloc[0] if len(currency) else None)
        st.caption(md("retention.best", source=best["first_touch"].iloc[0], worth=worth))


def called(breakdown: str, code: str) -> str:
    """The name of a slice: of a system, a channel, a campaign or none."""
    if code == "none":
        return t("retention.no_campaign")
    return name_of({"source": "first_source", "channel": "first_channel"}.get(breakdown, breakdown), code)


def main() -> None:
    """AARRR, then cohorts, then what they came through, side by side."""
    st.title(t("page.retention"))
    freshness.banner("retention")
    draw_steps()
    st.header(t("retention.cohorts"), help=t("definition.cohorts"))
    if "breakdown" not in columns("marts.cohort_retention"):
        st.info(t("retention.no_table"), icon=":material/inbox:")
        return
    breakdown = choose(t("retention.by"), {name: t(f"retention.by.{name}") for name in BREAKDOWNS}, "by")
    found = show(FOUND, {"breakdown": breakdown})["slice"]
    names = {EVERY: t("retention.every_slice")} | {code: called(breakdown, code) for code in found}
    chosen = pick(t(f"retention.by.{breakdown}"), names, breakdown)
    draw_cohorts(breakdown, chosen)
    draw_slices(breakdown)


main()
