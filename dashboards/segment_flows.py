"""Who moved from one lifecycle stage to another between two days, and what those customers have brought.

Belongs here: the two days, the moves between them and the customers behind one move. The stages of every day of a year
stand in ml.lifecycle_spells, told again from the orders by every run, so a link to two days shows the same for whoever
opens it on one version.
"""

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from dashboards import access, charts
from dashboards.choices import pick
from dashboards.code_names import every_name
from dashboards.customer_list import draw_list
from dashboards.shop_window import current, has_tables, of_own_customers, own_customers, show
from dashboards.tables import show_table
from dashboards.text import day, md, money_rounded, number, t

TOLD_DAYS = 364  # before the as-of date
USUAL_DAYS = 30
DAY_FORMAT = "YYYY-MM-DD"
SHOWN_HEIGHT = 320

# Whoever moved is in a stretch that began after the first day. Most have begun one only: nobody asks whose it is.
BEGUN = """
select
    customer_id,
    stage,
    previous_stage,
    net_revenue,
    previous_from is null or previous_from <= $since as is_first,
    valid_to is null or valid_to > $until as is_last
from ml.lifecycle_spells
where valid_from > $since and valid_from <= $until
"""
MOVED = f"""
select
    customer_id,
    previous_stage as from_stage,
    stage as to_stage,
    net_revenue
from ({BEGUN}) as only_one
where is_first and is_last and stage is distinct from previous_stage
union all
select
    customer_id,
    max(previous_stage) filter (where is_first) as from_stage,
    max(stage) filter (where is_last) as to_stage,
    max(net_revenue) as net_revenue
from ({BEGUN}) as several
where is_first <> is_last
group by customer_id
having max(stage) filter (where is_last) is distinct from max(previous_stage) filter (where is_first)
"""
FLOWS = f"""
select
    from_stage,
    to_stage,
    count(*) as customer_count,
    sum(net_revenue) as net_revenue,
    (select max(currency_code) from marts.customer_360) as currency_code
from ({MOVED}) as moved
where {{whose}}
group by from_stage, to_stage
order by customer_count desc, from_stage nulls first, to_stage
"""
BEHIND = f"""
customer_id in (
    select customer_id from ({MOVED}) as moved
    where from_stage is not distinct from nullif($from_stage, '') and to_stage = $to_stage
) and {{limit}}
"""


def draw_flows(missing: frozenset[str]) -> None:
    """Between which days, who moved where, and the customers behind the move that is picked."""
    st.header(t("flows.title"), help=t("definition.flows"))
    if not has_tables("ml.lifecycle_spells"):
        st.info(t("flows.none"), icon=":material/swap_horiz:")
        return
    since, until = _choose_days()
    if since >= until:
        st.info(t("flows.order"), icon=":material/swap_horiz:")
        return
    whose, limited = of_own_customers("customer_id")
    days: dict[str, object] = {"since": since, "until": until, **limited}
    flows = access.hide_small_groups(show(FLOWS.format(whose=whose), days), "customer_count", "net_revenue")
    flows = flows.dropna(subset=["customer_count"])
    if flows.empty:
        st.caption(md("flows.nobody", since=day(since), until=day(until)))
        return
    flows = _in_words(flows)
    st.altair_chart(charts.flows(flows, st.context.theme.type or "light"), width="stretch")
    shown = flows[["from_name", "to_name", "customer_count", "net_revenue"]]
    shown = shown.rename(columns={"from_name": "from_stage", "to_name": "to_stage"})
    show_table(shown, key="flows", height=min(SHOWN_HEIGHT, 38 * (len(shown) + 1)))
    if access.may("rows"):
        _draw_behind(flows, days, missing)


def _choose_days() -> tuple[date, date]:
    last = current().as_of_date
    first = last - timedelta(days=TOLD_DAYS)
    left, right = st.columns(2)

    def ask(key: str, usual: date) -> date:
        chosen: date | None = st.date_input(
            t(f"flows.{key}"),
            usual,
            min_value=first,
            max_value=last,
            format=DAY_FORMAT,
            key=f"moved_{key}",
            bind="query-params",
        )
        return chosen or usual

    with left:
        since = ask("since", last - timedelta(days=USUAL_DAYS))
    with right:
        until = ask("until", last)
    return since, until


def _in_words(flows: pd.DataFrame) -> pd.DataFrame:
    """In the order of the stages, from those who were no customers yet."""
    names = every_name().query("scheme == 'lifecycle'").set_index("segment")["name"]
    place = {code: number for number, code in enumerate(["", *names.index])}
    flows = flows.assign(from_code=flows["from_stage"].fillna(""))
    flows = flows.sort_values(
        ["from_code", "to_stage"], key=lambda codes: codes.map(place).fillna(len(place)), kind="stable"
    )
    return flows.assign(
        from_name=[names.get(code, code) or t("flows.newly") for code in flows["from_code"]],
        to_name=[names.get(code, code) for code in flows["to_stage"]],
        to_place=[place.get(code, len(place)) for code in flows["to_stage"]],
        count_text=[number(count) for count in flows["customer_count"]],
        revenue_text=[
            money_rounded(worth, code) for worth, code in zip(flows["net_revenue"], flows["currency_code"], strict=True)
        ],
    )


def _draw_behind(flows: pd.DataFrame, days: dict[str, object], missing: frozenset[str]) -> None:
    moves = flows.set_index(flows["from_code"] + "-" + flows["to_stage"])
    names = moves["from_name"] + " → " + moves["to_name"] + " (" + moves["count_text"] + ")"
    chosen = pick(t("flows.choose"), {"": t("flows.choose_none"), **names}, "move")
    if not chosen:
        return
    limit, _ = own_customers()
    source, _, target = chosen.partition("-")
    asked = days | {"from_stage": source, "to_stage": target}
    count = round(moves["customer_count"].astype(float)[chosen])
    draw_list(f"moved-{source or 'new'}-{target}", BEHIND.format(limit=limit), asked, count, missing)
