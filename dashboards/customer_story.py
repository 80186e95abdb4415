"""One customer over time, what the models say of them and why, and what they may want next. Nameless tables only."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import charts
from dashboards.code_names import name_of
from dashboards.definitions import definition
from dashboards.shop_window import columns, current, has_tables, show
from dashboards.tables import show_short_table, show_table
from dashboards.text import MISSING, day, decimal, escape, language, md, money_rounded, number, percent, t, word

LISTED = 100
EVENTS = """
select
    happened.interaction_type,
    happened.occurred_at,
    happened.source_system,
    orders.net_revenue as amount,
    orders.currency_code,
    case when happened.interaction_type = 'visit' then null else happened.reference_id end as reference_id
from marts.fct_interactions as happened
left join marts.fct_orders as orders
    on
        happened.interaction_type = 'order'
        and happened.reference_id = orders.order_id
        and orders.customer_id = $customer
where happened.customer_id = $customer and happened.occurred_at < $as_of
order by happened.occurred_at desc, happened.interaction_type, reference_id
limit 2000
"""
REASONS = """
select rank, case $language when 'zh' then text_zh else text_en end as reason_text, effect
from ml.score_reasons
where customer_id = $customer and subject = 'churn' and as_of_date = $as_of
order by rank
"""
NEXT = """
select offered.rank, products.product_name, offered.kind, offered.score
from ml.next_products as offered
left join marts.dim_products as products on offered.product_id = products.product_id
where offered.customer_id = $customer and offered.as_of_date = $as_of
order by offered.rank
"""
PREFERENCES = """
select aspect, preference, confidence, basis
from ml.preferences
where customer_id = $customer and as_of_date = $as_of
order by aspect, confidence desc
"""
POINTS = """
select occurred_at, kind, points_change, balance
from marts.fct_points
where customer_id = $customer and occurred_at < $as_of
order by occurred_at desc
limit 50
"""


def draw_timeline(customer: str) -> None:
    """What happened with them, newest first, by kind."""
    events = show(EVENTS, _of(customer))
    if events.empty:
        st.info(t("customer.nothing_happened"), icon=":material/history:")
        return
    kinds = list(events["interaction_type"].value_counts().index)
    names = {kind: word("event", kind) for kind in kinds}
    chosen = st.pills(
        t("customer.kinds"),
        kinds,
        selection_mode="multi",
        default=kinds,
        format_func=names.__getitem__,
        key="kinds",
    )
    events = events[events["interaction_type"].isin(chosen)]
    if events.empty:
        st.info(t("customer.choose_a_kind"), icon=":material/filter_alt_off:")
        return
    events["event"] = [word("event", kind) for kind in events["interaction_type"]]
    events["amount_text"] = [
        money_rounded(*pair) for pair in zip(events["amount"], events["currency_code"], strict=True)
    ]
    events["day_text"] = [day(moment) for moment in events["occurred_at"]]
    st.altair_chart(charts.timeline(events[["event", "occurred_at", "amount_text", "day_text"]]), width="stretch")
    shown = events.head(LISTED)[["occurred_at", "event", "amount", "source_system", "reference_id"]].copy()
    shown["source_system"] = [word("system", code) for code in shown["source_system"]]
    show_table(shown, key="timeline")
    if len(events) > LISTED:
        st.caption(md("customer.events_cut", listed=number(LISTED), count=number(len(events))))


def draw_scores(customer: str, figures: pd.Series) -> None:
    """Every score they have, in words, and the reasons of the one about leaving."""
    rows = [
        {"score": t(f"column.{name}"), "profile_value": said, "meaning": definition(name) or MISSING}
        for name, said in _scores(figures).items()
        if said != MISSING
    ]
    if not rows:
        st.info(t("customer.no_scores"), icon=":material/model_training:")
        return
    show_short_table(pd.DataFrame(rows))
    reasons = (
        show(REASONS, _of(customer) | {"language": language()}) if has_tables("ml.score_reasons") else pd.DataFrame()
    )
    if len(reasons):
        st.subheader(t("customer.reasons"))
        for _, reason in reasons.iterrows():
            direction = "raises" if reason["effect"] > 0 else "lowers"
            st.markdown(f"- {md(f'customer.{direction}', reason=reason['reason_text'])}")
    for score in ("health_score", "trust_score"):
        _draw_codes(customer, score)


def draw_next(customer: str) -> None:
    """What to offer, what they like, and their points."""
    drawn = [
        _draw_listed("next_products", NEXT, customer, "ml.next_products"),
        _draw_listed("preferences", PREFERENCES, customer, "ml.preferences"),
        _draw_listed("points", POINTS, customer, "marts.fct_points"),
    ]
    if not any(drawn):
        st.info(t("customer.nothing_next"), icon=":material/lightbulb:")


def _draw_listed(name: str, sql: str, customer: str, table: str) -> bool:
    found = show(sql, _of(customer)) if has_tables(table) else pd.DataFrame()
    if found.empty:
        return False
    st.subheader(t(f"customer.{name}"))
    if "kind" in found.columns:
        found["kind"] = [word("kind", code) for code in found["kind"].fillna("")]
    if "aspect" in found.columns:
        found["preference"] = [
            name_of(aspect, code) for aspect, code in zip(found["aspect"], found["preference"], strict=True)
        ]
        found["aspect"] = [word("aspect", code) for code in found["aspect"]]
        found["basis"] = [word("basis", code) for code in found["basis"]]
    show_table(found.rename(columns={"kind": "what_kind", "score": "fit"}), key=f"{name}-{customer}")
    return True


def _scores(figures: pd.Series) -> dict[str, str]:
    currency = figures.get("currency_code")
    currency = currency if isinstance(currency, str) else None
    writers: dict[str, Callable[[Any], str]] = {
        "churn_probability": percent,
        "p_alive": percent,
        "expected_net_revenue_90d": lambda value: money_rounded(value, currency),
        "lifetime_value": lambda value: money_rounded(value, currency),
        "health_score": number,
        "loyalty_score": number,
        "trust_score": number,
        "r_score": number,
        "f_score": number,
        "m_score": number,
        "next_purchase_date": day,
        "satisfaction_mean": decimal,
    }
    return {name: write(figures.get(name)) for name, write in writers.items() if name in figures.index}


def _draw_codes(customer: str, score: str) -> None:
    table = f"ml.{score.removesuffix('_score')}"
    if not {"reason_1", "reason_2", "reason_3"} <= columns(table):
        return
    found = show(
        f"select reason_1, reason_2, reason_3 from {table} where customer_id = $customer and as_of_date = $as_of",
        _of(customer),
    )
    codes = [code for code in found.iloc[0] if isinstance(code, str) and code] if len(found) else []
    if codes:
        st.subheader(t(f"column.{score}"))
        for code in codes:
            st.markdown(f"- {escape(word('reason', code))}")


def _of(customer: str) -> dict[str, object]:
    return {"customer": customer, "as_of": current().as_of_date}
