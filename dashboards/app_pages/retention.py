"""Where do customers come from, and do they stay? Cohorts by first source, and the five steps of AARRR."""

import pandas as pd
import streamlit as st

from dashboards import access, charts, freshness
from dashboards.shop_window import columns, current, has_tables, show
from dashboards.tables import show_table
from dashboards.text import md, money_rounded, number, percent, period, t, word

MONTHS = 12
EVERY = "all"

COHORTS = """
with

cohorts as (

    select distinct first_source, cohort_month, cohort_size
    from marts.cohort_retention
    where $source in ('all', first_source) and cohort_month >= cast($as_of as date) - interval 13 month

),

sizes as (

    select cohort_month, sum(cohort_size) as cohort_size from cohorts group by cohort_month

),

found as (

    select cohort_month, months_since, sum(customer_count) as customer_count
    from marts.cohort_retention
    where $source in ('all', first_source)
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

SOURCES = """
with

cohorts as (

    select distinct first_source, cohort_month, cohort_size
    from marts.cohort_retention
    where cohort_month + interval 4 month <= $as_of

)

select
    cohorts.first_source as first_source,
    cast(sum(cohorts.cohort_size) as bigint) as customer_count,
    coalesce(sum(later.customer_count), 0) / nullif(sum(cohorts.cohort_size), 0) as quarter_share,
    coalesce(sum(worth.gross_revenue), 0) / nullif(sum(cohorts.cohort_size), 0) as revenue_per_customer,
    max(worth.currency_code) as currency_code
from cohorts
left join marts.cohort_retention as later
    on
        later.first_source = cohorts.first_source
        and later.cohort_month = cohorts.cohort_month
        and later.months_since = 3
left join (
    select first_source, cohort_month, sum(gross_revenue) as gross_revenue, max(currency_code) as currency_code
    from marts.cohort_retention
    where months_since <= 3
    group by 1, 2
) as worth on worth.first_source = cohorts.first_source and worth.cohort_month = cohorts.cohort_month
group by 1
order by customer_count desc, first_source
"""

STEPS = """
select
    count(*) as acquisition,
    count(*) filter (where visit_count > 0 or campaign_touch_count > 0 or has_ordered) as activation,
    count(*) filter (where has_ordered) as revenue,
    count(*) filter (where order_count >= 2) as retention,
    count(*) filter (where {referral}) as referral
from marts.customer_360
"""


def draw_steps() -> None:
    """How many customers get how far."""
    st.header(t("retention.steps"), help=t("definition.aarrr"))
    has_channel = "first_channel" in columns("marts.customer_360")
    counts = show(STEPS.format(referral="first_channel = 'referral'" if has_channel else "false")).iloc[0]
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


def draw_cohorts(source: str) -> None:
    """A row for each month of first orders: which share of it bought again, month by month."""
    question = {"source": source, "as_of": current().as_of_date, "months": MONTHS}
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
    columns_of_chart = ["cohort", "months_since", "share", "share_text", "size_text"]
    st.altair_chart(charts.cohorts(later[columns_of_chart]), width="stretch")
    st.caption(t("retention.note"))


def draw_sources() -> None:
    """First sources side by side: how many came, how many bought again in the third month after, worth how much."""
    st.subheader(t("retention.sources"), help=t("definition.sources"))
    sources = show(SOURCES, {"as_of": current().as_of_date})
    if sources.empty:
        st.caption(t("retention.too_young"))
        return
    currency = sources["currency_code"].dropna()
    sources["first_source"] = [word("system", code) for code in sources["first_source"]]
    sources = access.hide_small_groups(sources, "customer_count", "quarter_share", "revenue_per_customer")
    shown = sources[["first_source", "customer_count", "quarter_share", "revenue_per_customer"]]
    show_table(shown.astype({"quarter_share": float, "revenue_per_customer": float}), key="sources", height="content")
    best = sources.dropna().sort_values("revenue_per_customer", ascending=False)
    if len(best):
        worth = money_rounded(best["revenue_per_customer"].iloc[0], currency.iloc[0] if len(currency) else None)
        st.caption(md("retention.best", source=best["first_source"].iloc[0], worth=worth))


def main() -> None:
    """AARRR, then cohorts, then sources."""
    st.title(t("page.retention"))
    freshness.banner("retention")
    draw_steps()
    st.header(t("retention.cohorts"), help=t("definition.cohorts"))
    if not has_tables("marts.cohort_retention"):
        st.info(t("retention.no_table"), icon=":material/inbox:")
        return
    found = show("select distinct first_source from marts.cohort_retention order by 1")["first_source"]
    names = {EVERY: t("retention.every_source")} | {code: word("system", code) for code in found}
    source = st.segmented_control(
        t("column.first_source"),
        list(names),
        format_func=names.__getitem__,
        default=EVERY,
        required=True,
        key="source",
        bind="query-params",
    )
    draw_cohorts(source)
    draw_sources()


main()
