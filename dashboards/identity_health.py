"""How sure is it who is who? Measures, cluster sizes, shared values, and the pairs a steward should look at."""

import pandas as pd
import streamlit as st

from dashboards import access, charts
from dashboards.decisions import Decision, decide, decided
from dashboards.shop_window import columns_of_people, has_tables, show, show_people
from dashboards.tables import show_short_table, show_table
from dashboards.text import decimal, escape, md, number, percent, t, word

QUEUE = 20

_MEASURES = """
select measure, value
from marts.identity_health
where as_of_date = (select max(as_of_date) from marts.identity_health)
order by measure
"""
_SIZES = "select record_count, customer_count from marts.identity_cluster_sizes order by record_count"
_SHARED = """
select identifier_type, strength, sum(value_count) as value_count, sum(record_count) as record_count
from marts.identity_shared_values
group by identifier_type, strength
order by identifier_type, strength
"""
_REVIEW = """
select review_id, kind, record_key_a, record_key_b, match_probability, reason, record_count
from people.marts.identity_review
order by kind, match_probability desc, review_id
"""


def draw_identity() -> None:
    """What can be said without names, then the queue for those who may decide."""
    st.header(t("identity.title"))
    if not has_tables("marts.identity_cluster_sizes"):
        st.info(t("identity.none"), icon=":material/fingerprint:")
        return
    left, right = st.columns(2)
    with left:
        st.subheader(t("identity.sizes"), help=t("definition.cluster_sizes"))
        sizes = show(_SIZES)
        frame = pd.DataFrame(
            {
                "label": [number(each) for each in sizes["record_count"]],
                "value": sizes["customer_count"].astype(float),
                "value_text": [number(each) for each in sizes["customer_count"]],
                "is_whole": True,
            }
        )
        st.altair_chart(charts.bars_over_time(frame, t("column.customer_count")), width="stretch")
    with right:
        if has_tables("marts.identity_health"):
            _draw_measures(show(_MEASURES))
    if has_tables("marts.identity_shared_values"):
        shared = show(_SHARED)
        if len(shared):
            st.subheader(t("identity.shared"), help=t("definition.shared"))
            shared["identifier_type"] = [word("column", code) for code in shared["identifier_type"]]
            shared["strength"] = [word("strength", code) for code in shared["strength"]]
            show_table(shared, key="shared", height="content")
    _draw_queue()


def _draw_measures(measures: pd.DataFrame) -> None:
    st.subheader(t("identity.measures"))
    measures["measure_value"] = [
        _figure(name, value) for name, value in zip(measures["measure"], measures["value"], strict=True)
    ]
    measures["measure"] = [word("measure", name) for name in measures["measure"]]
    show_short_table(measures[["measure", "measure_value"]])


def _figure(name: str, value: float) -> str:
    if name.endswith(("_share", "_rate")):
        return percent(value)
    return number(value) if float(value).is_integer() else decimal(value, 2)


def _draw_queue() -> None:
    st.subheader(t("identity.queue"), help=t("definition.queue"))
    if not (access.may("people") and access.may("decide")):
        st.caption(t("identity.not_yours"))
        return
    if not columns_of_people("identity_review"):
        st.caption(t("identity.no_queue"))
        return
    queue = show_people(_REVIEW)
    made = decided()
    settled = {frozenset(pair) for pair in zip(made["record_a"], made["record_b"], strict=True)}
    pairs = queue[queue["record_key_b"].notna()]
    waiting = pairs[
        [frozenset(p) not in settled for p in zip(pairs["record_key_a"], pairs["record_key_b"], strict=True)]
    ]
    held = queue[queue["record_key_b"].isna()]
    st.caption(md("identity.waiting", pairs=number(len(waiting)), clusters=number(len(held))))
    for _, pair in waiting.head(QUEUE).iterrows():
        _draw_pair(pair)
    if len(held):
        show_table(held[["record_key_a", "record_count", "reason"]].head(QUEUE), key="held", height="content")


def _draw_pair(pair: pd.Series) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        sure = "" if pd.isna(pair["match_probability"]) else f" · {percent(pair['match_probability'])}"
        st.markdown(f"{escape(pair['record_key_a'])} — {escape(pair['record_key_b'])}{sure}")
        for decision in ("together", "apart"):
            st.button(
                word("decision", decision),
                key=f"{decision}-{pair['review_id']}",
                on_click=_settle,
                args=(decision, pair["record_key_a"], pair["record_key_b"]),
                icon=":material/check:" if decision == "together" else ":material/close:",
            )


def _settle(decision: str, record_a: str, record_b: str) -> None:
    decide(Decision(decision, record_a, record_b, "review queue"))
