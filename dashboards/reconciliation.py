"""Do the figures agree with the systems they come from, and how did the last runs go?

Belongs here: counts by source system beside what is published, and arrivals and checks over time. Does not belong here:
today's deliveries, feeds and checks (the page).
"""

import streamlit as st

from dashboards import charts
from dashboards.code_names import name_of
from dashboards.shop_window import columns, current, show
from dashboards.tables import show_table
from dashboards.text import day, md, money, t

# The last runs: what arrived with each, and what its checks said.
RUNS = """
with

checks as (

    select run_id, count(*) filter (where passed) as passed_count, count(*) filter (where not passed) as failed_count
    from ops.quality_results
    group by run_id

),

arrived as (

    select
        run_id,
        cast(sum(rows_read) as bigint) as rows_read,
        cast(sum(rows_quarantined) as bigint) as rows_quarantined
    from ops.row_conservation
    group by run_id

)

select
    runs.as_of_date,
    checks.passed_count,
    checks.failed_count,
    coalesce(arrived.rows_read, 0) as rows_read,
    coalesce(arrived.rows_quarantined, 0) as rows_quarantined
from ops.runs as runs
left join checks on runs.run_id = checks.run_id
left join arrived on runs.run_id = arrived.run_id
order by runs.run_number desc
limit 14
"""

# What each system is counted with, to be held beside what the system itself reports.
SOURCES = """
select source_system, kind, count(*) as row_count, {amount} as gross_revenue, max(day) as last_day
from (
    select source_system, 'orders' as kind, order_date as day, net_revenue from marts.fct_orders
    where order_type = 'sale' and order_date < $as_of
    {others}
)
group by source_system, kind
"""
TOLD_BY = {"marts.fct_tickets": ("tickets", "created_at"), "marts.fct_sessions": ("visits", "started_at")}
PUBLISHED_REVENUE = """
select coalesce(sum(gross_revenue), 0) as gross_revenue, max(currency_code) as currency_code from marts.daily_business
"""


def draw_runs() -> None:
    """What the last runs took in, and how many of their checks held."""
    runs = show(RUNS)
    if len(runs) > 1:
        st.subheader(t("trust.runs"))
        labels = [day(each) for each in reversed(runs["as_of_date"])]
        failed = runs["failed_count"].fillna(0)[::-1]
        if failed.any():
            st.altair_chart(charts.count_bars(labels, failed, t("column.failed_count")), width="stretch")
        show_table(runs, key="runs", height="content")


def draw_sources() -> None:
    """Orders, tickets and visits by the system that told of them, and whether they add up to what is published."""
    if "source_system" not in columns("marts.fct_orders"):
        return
    st.header(t("trust.sources"), help=t("definition.trust.sources"))
    others = "".join(
        f" union all select source_system, '{kind}', cast({moment} as date), null from {table} where {moment} < $as_of"
        for table, (kind, moment) in TOLD_BY.items()
        if {"source_system", moment} <= columns(table)
    )
    told = show(SOURCES.format(others=others, amount="sum(net_revenue)"), {"as_of": current().as_of_date})
    published = show(PUBLISHED_REVENUE).iloc[0]
    told = told.sort_values(["kind", "source_system"]).reset_index(drop=True)
    told["source_kind"] = [t(f"trust.source.{kind}") for kind in told["kind"]]
    told["source_system"] = [name_of("source_system", code) for code in told["source_system"]]
    shown = told[["source_system", "source_kind", "row_count", "gross_revenue", "last_day"]]
    show_table(
        shown.rename(columns={"row_count": "counted", "last_day": "last_told_on"}), key="sources", height="content"
    )
    difference = round(float(told["gross_revenue"].fillna(0).sum()) - float(published["gross_revenue"]), 2)
    total = money(published["gross_revenue"], published["currency_code"])
    if difference:
        st.warning(md("trust.not_reconciled", total=total, difference=money(difference, published["currency_code"])))
    else:
        st.caption(md("trust.reconciled", total=total))
