"""Who are our customers? The segments, their sizes and worth, and the customers in the one that is picked."""

import re
from functools import partial

import pandas as pd
import streamlit as st

from dashboards import access, charts, freshness, segment_comparison, segment_flows
from dashboards.choices import choose
from dashboards.customer_list import draw_list, draw_too_small
from dashboards.figures import Figure, draw_figures
from dashboards.segment_sizes import COLUMN_OF, NOT_BOUGHT, both_shares, read_sizes, read_squares
from dashboards.shop_window import columns, own_customers
from dashboards.tables import show_table
from dashboards.text import escape, md, money_rounded, number, percent, t

MAPPED = ("rfm", "rfm_8")  # what follows from two scores can be drawn as a map of them


def draw_overview(sizes: pd.DataFrame, scheme: str, chosen: str) -> None:
    """Sizes, shares and map. A click on any of them picks a segment."""
    with_segment = sizes[sizes["segment"] != NOT_BOUGHT]
    left, right = st.columns(2)
    with left:
        st.subheader(t("segments.shares"), help=t("definition.shares"))
        shares = both_shares(with_segment)
        if shares.empty:
            draw_too_small()
        else:
            st.altair_chart(
                charts.shares(shares),
                width="stretch",
                key=f"shares-{scheme}-{chosen}",
                on_select=partial(_take_from_chart, f"shares-{scheme}-{chosen}"),
            )
    with right:
        if scheme not in MAPPED:
            draw_sizes(sizes, scheme, chosen)
            return
        st.subheader(t("segments.map"), help=t("definition.map"))
        st.altair_chart(
            charts.rfm_map(read_squares(scheme, with_segment, chosen), st.context.theme.type or "light"),
            width="stretch",
            key=f"map-{scheme}-{chosen}",
            on_select=partial(_take_from_chart, f"map-{scheme}-{chosen}"),
        )
        st.caption(t(f"segments.map_note.{scheme}"))
    draw_sizes(sizes, scheme, chosen)


def draw_sizes(sizes: pd.DataFrame, scheme: str, chosen: str) -> None:
    """Every segment in numbers. A click on a row picks it."""
    st.subheader(t("segments.sizes"))
    codes = list(sizes["segment"])
    columns = ["name", "customer_count", "customer_share", "net_revenue", "revenue_share", "median_recency_days"]
    show_table(
        sizes[columns],
        key=f"sizes-{scheme}-{chosen}",
        height="content",
        selection_mode="single-row",
        selection_default={"selection": {"rows": [codes.index(chosen)]}},
        on_select=partial(_take_from_table, f"sizes-{scheme}-{chosen}", codes),
    )


def draw_segment(segment: pd.Series, scheme: str, missing: frozenset[str]) -> None:
    """What the picked segment means, what to do about it, and its customers."""
    st.header(escape(segment["name"]))
    if segment["segment"] == NOT_BOUGHT:
        st.markdown(t("segments.not_bought_meaning"))
    if not pd.isna(segment["meaning"]):
        st.markdown(escape(segment["meaning"]))
    if not pd.isna(segment["advice"]):
        st.info(md("segments.advice", advice=segment["advice"]), icon=":material/lightbulb:")
    currency = None if pd.isna(segment["currency_code"]) else segment["currency_code"]
    draw_figures(
        [
            _figure("customer_count", number(segment["customer_count"]), segment["customer_share"]),
            _figure("net_revenue", money_rounded(segment["net_revenue"], currency), segment["revenue_share"]),
            _figure("median_recency_days", number(segment["median_recency_days"])),
        ]
    )
    draw_customers(segment, scheme, missing)


def _figure(name: str, value: str, share: float | None = None) -> Figure:
    note = None if share is None or pd.isna(share) else md("segments.share_of_all", share=percent(share))
    return Figure(t(f"column.{name}"), value, t(f"definition.{name}"), note)


def draw_customers(segment: pd.Series, scheme: str, missing: frozenset[str]) -> None:
    """The customers, a page at a time and richest first, and the whole list as a file."""
    if pd.isna(segment["customer_count"]):
        draw_too_small()
        return
    if not access.may("rows"):
        return
    count = int(segment["customer_count"])
    if count == 0:
        st.info(t("segments.nobody"), icon=":material/group_off:")
        return
    st.subheader(t("segments.customers"))
    limit, limited = own_customers()
    where = f"{COLUMN_OF[scheme]} is not distinct from nullif($segment, '') and {limit}"
    code = re.sub(r"[^a-z0-9_]+", "_", segment["segment"].lower()) or "no_segment"
    draw_list(f"customers-{code}", where, {"segment": segment["segment"], **limited}, count, missing)


def _take_from_chart(key: str) -> None:
    for point in st.session_state[key].selection.get("segment", []):
        st.session_state["segment"] = point["segment"]


def _take_from_table(key: str, codes: list[str]) -> None:
    for row in st.session_state[key].selection.rows:
        st.session_state["segment"] = codes[row]


def choose_scheme() -> str:
    """The groupings this version has, by the columns of its customers."""
    present = columns("marts.customer_360")
    names = {scheme: t(f"scheme.{scheme}") for scheme, column in COLUMN_OF.items() if column in present}
    return choose(t("segments.choose_scheme"), names, "scheme")


def main() -> None:
    """The grouping, its sizes, and the segment that is picked."""
    st.title(t("page.segments"))
    missing = freshness.banner("segments")
    scheme = choose_scheme()
    sizes = read_sizes(scheme)
    codes = list(sizes["segment"])
    if sizes.empty or not sizes.loc[sizes["segment"] != NOT_BOUGHT, "customer_count"].any():
        st.info(t("segments.none_today"), icon=":material/group_off:")
    if not codes:
        return
    if st.session_state.get("segment") not in codes:
        asked = st.query_params.get("segment")
        st.session_state["segment"] = asked if asked in codes else codes[0]
    draw_overview(sizes, scheme, st.session_state["segment"])
    names = sizes.set_index("segment")["name"]
    chosen = st.selectbox(t("segments.choose"), codes, format_func=names.__getitem__, key="segment")
    st.query_params["segment"] = chosen
    segment = sizes.set_index("segment", drop=False).loc[chosen]
    draw_segment(segment, scheme, missing)
    if chosen != NOT_BOUGHT and not pd.isna(segment["customer_count"]) and segment["customer_count"] > 0:
        picked = segment_comparison.Picked(COLUMN_OF[scheme], chosen, segment["name"])
        segment_comparison.draw_distinctions(picked)
        segment_comparison.draw_overlap(picked)
    segment_flows.draw_flows(missing)


main()
