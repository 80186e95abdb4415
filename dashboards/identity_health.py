"""How sure is it who is who? Measures, cluster sizes, shared values, and the pairs a steward should look at."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboards import access, charts
from dashboards.customer_records import evidence_in_words
from dashboards.decisions import Decision, decide, decided
from dashboards.shop_window import columns_of_people, has_tables, show, show_people
from dashboards.tables import show_short_table, show_table
from dashboards.text import decimal, escape, md, number, percent, t, word

QUEUE = 5  # at a time: whoever decides one is shown the next

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
# Pairs nobody has decided, of customers this visitor may see; those a steward is shown come with their evidence.
_WAITING = """
from people.marts.identity_review as review
where
    {is_of_kind}
    and not list_contains($settled, review.record_key_a || ' ' || coalesce(review.record_key_b, ''))
    and exists (
        select 1
        from people.marts.customer_records as records
        inner join people.marts.dim_customers as customers on records.customer_id = customers.customer_id
        where records.record_key = review.record_key_a and {limit}
    )
"""
_COUNTED = "select count(*) as waiting_count {waiting}"
_PAIRS = """
select review.*, links.evidence
from (select * {waiting} order by match_probability desc nulls last, review_id limit $listed) as review
left join people.marts.record_links as links
    on review.record_key_a = links.record_key_a and review.record_key_b = links.record_key_b
order by review.match_probability desc nulls last, review.review_id
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
        labels = [number(each) for each in sizes["record_count"]]
        bars = charts.count_bars(labels, sizes["customer_count"], t("column.customer_count"))
        st.altair_chart(bars, width="stretch")
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
    pairs, held = _waiting("record_key_b is not null"), _waiting("record_key_b is null")
    counts = {"pairs": number(pairs.count), "clusters": number(held.count)}
    st.caption(md("identity.waiting", **counts))
    for _, pair in pairs.first.iterrows():
        _draw_pair(pair)
    if held.count:
        table = held.first[["record_key_a", "record_count", "reason"]]
        table["reason"] = [word("review_reason", code) for code in table["reason"]]
        show_table(table, key="held", height="content")


@dataclass(frozen=True)
class _Queue:
    """How many wait, and the first QUEUE of them with their evidence."""

    count: int
    first: pd.DataFrame


def _waiting(is_of_kind: str) -> _Queue:
    made = decided()
    pairs = zip(made["record_a"], made["record_b"], strict=True)
    settled = [f"{a} {b}" for pair in pairs for a, b in (pair, pair[::-1])]
    limit, limited = access.row_limit(columns_of_people("dim_customers"))
    waiting, asked = _WAITING.format(is_of_kind=is_of_kind, limit=limit), {"settled": settled, **limited}
    first = show_people(_PAIRS.format(waiting=waiting), {**asked, "listed": QUEUE})
    return _Queue(int(show_people(_COUNTED.format(waiting=waiting), asked)["waiting_count"].item()), first)


def _draw_pair(pair: pd.Series) -> None:
    with st.container(border=True):
        sure = "" if pd.isna(pair["match_probability"]) else f" · {percent(pair['match_probability'])}"
        why = escape(word("review_reason", str(pair["reason"])))
        st.markdown(f"{escape(pair['record_key_a'])} — {escape(pair['record_key_b'])}{sure} · {why}")
        if isinstance(pair["evidence"], str):
            st.caption(escape(evidence_in_words(pair["evidence"])))
        with st.container(horizontal=True):
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
