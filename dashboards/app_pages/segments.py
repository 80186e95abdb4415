"""Who are our customers? The segments, their sizes and worth, and the customers in the one that is picked."""

import re
import textwrap
from functools import partial

import pandas as pd
import streamlit as st

from dashboards import access, charts, code_names, downloads, freshness, segment_comparison
from dashboards.choices import choose
from dashboards.figures import Figure, draw_figures
from dashboards.shop_window import columns, own_customers, show
from dashboards.tables import show_table
from dashboards.text import escape, language, md, money_rounded, number, percent, t

# scheme of marts.segments -> the column of marts.customer_360 that holds a customer's segment
COLUMN_OF = {
    "rfm": "segment",
    "rfm_8": "segment_8",
    "lifecycle": "lifecycle_stage",
    "persona": "persona",
    "value_tier": "value_tier",
    "loyalty": "loyalty_tier",
    "trust": "trust_band",
    "churn_risk": "churn_risk",
}
NOT_BOUGHT = ""  # stands for "no segment" in widgets, which cannot hold a null
PAGE_ROWS = 50
MAPPED = ("rfm", "rfm_8")  # what follows from two scores can be drawn as a map of them
SQUARE_WIDTH = 11  # letters

SIZES = """
with

members as (

    select
        {column} as segment,
        net_revenue,
        order_count,
        recency_days,
        currency_code
    from marts.customer_360
    where {limit}

),

sizes as (

    select
        segment,
        count(*) as customer_count,
        sum(net_revenue) as net_revenue,
        sum(order_count) as order_count,
        cast(round(median(recency_days)) as integer) as median_recency_days,
        max(currency_code) as currency_code
    from members
    group by segment

),

names as (

    select
        segment,
        rank,
        case $language when 'zh' then name_zh else name_en end as name,
        case $language when 'zh' then meaning_zh else meaning_en end as meaning,
        case $language when 'zh' then advice_zh else advice_en end as advice
    from marts.segments
    where scheme = $scheme

)

select
    coalesce(names.segment, sizes.segment) as segment,
    coalesce(names.name, sizes.segment) as name,
    names.meaning,
    names.advice,
    coalesce(sizes.customer_count, 0) as customer_count,
    coalesce(sizes.net_revenue, 0) as net_revenue,
    coalesce(sizes.order_count, 0) as order_count,
    sizes.median_recency_days,
    (select max(currency_code) from sizes) as currency_code
from names
full join sizes on names.segment = sizes.segment
order by names.rank nulls last, coalesce(names.segment, sizes.segment) nulls last
"""

SQUARES = """
with

groups as (

    select
        r_score,
        f_score,
        {column} as segment,
        count(*) as customer_count
    from marts.customer_360
    where segment is not null and segment_8 is not null and {limit}
    group by 1, 2, 3

),

ranked as (

    select
        *,
        sum(customer_count) over (partition by r_score, f_score) as square_count,
        count(*) over (partition by r_score, f_score) as group_count,
        row_number() over (partition by r_score, f_score order by customer_count desc, segment) as place
    from groups

)

select r_score, f_score, segment, square_count as customer_count, group_count
from ranked
where place = 1
order by r_score, f_score
"""

MEMBER_COLUMNS = (
    "customer_id",
    "country",
    "last_order_date",
    "recency_days",
    "order_count",
    "net_revenue",
    "currency_code",
    "avg_order_value",
    "r_score",
    "f_score",
    "m_score",
    "open_ticket_count",
    "visit_count",
    "campaign_touch_count",
)

# Counts of a domain that was never delivered are all zero, and would be read as zeros.
DOMAIN_COLUMNS = {"tickets": "open_ticket_count", "behaviour": "visit_count", "crm": "campaign_touch_count"}


FIGURES = ("customer_share", "net_revenue", "revenue_share", "order_count", "median_recency_days")


def read_sizes(scheme: str) -> pd.DataFrame:
    """One row a segment of the scheme in rank order, with its shares; the last row may be those without one."""
    limit, limited = own_customers()
    asked = {"scheme": scheme, "language": language(), **limited}
    sizes = show(SIZES.format(column=COLUMN_OF[scheme], limit=limit), asked)
    has_segment = sizes["segment"].notna()
    bought = sizes[has_segment]
    total_revenue = bought["net_revenue"].sum()
    sizes["customer_share"] = (sizes["customer_count"] / max(bought["customer_count"].sum(), 1)).where(has_segment)
    # a share of a loss, or of nothing, means nothing
    shares = sizes["net_revenue"] / total_revenue if total_revenue > 0 else pd.Series(float("nan"), sizes.index)
    sizes["revenue_share"] = shares.where(has_segment)
    sizes["name"] = sizes["name"].fillna(t("segments.not_bought"))
    sizes["segment"] = sizes["segment"].fillna(NOT_BOUGHT)
    sizes = sizes[(sizes["segment"] != NOT_BOUGHT) | (sizes["customer_count"] > 0)].reset_index(drop=True)
    return access.hide_small_groups(sizes, "customer_count", *FIGURES)


def draw_overview(sizes: pd.DataFrame, scheme: str, chosen: str) -> None:
    """Sizes, shares and map. A click on any of them picks a segment."""
    with_segment = sizes[sizes["segment"] != NOT_BOUGHT]
    left, right = st.columns(2)
    with left:
        st.subheader(t("segments.shares"), help=t("definition.shares"))
        shares = _both_shares(with_segment)
        if shares.empty:
            st.info(
                md("segments.too_small", count=number(access.visitor().smallest_group)), icon=":material/group_off:"
            )
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
            charts.rfm_map(_squares(scheme, with_segment, chosen), st.context.theme.type or "light"),
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
        st.info(md("segments.too_small", count=number(access.visitor().smallest_group)), icon=":material/group_off:")
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
    question = {"segment": segment["segment"], **limited}
    pages = -(-count // PAGE_ROWS)
    place = st.container()
    page = st.pagination(pages, key=f"page-{scheme}-{segment['segment']}") if pages > 1 else 1
    offset = (page - 1) * PAGE_ROWS
    customers = show(
        f"select {', '.join(MEMBER_COLUMNS)} from marts.customer_360 where {where} "
        "order by net_revenue desc nulls last, customer_id limit $limit offset $offset",
        question | {"limit": PAGE_ROWS, "offset": offset},
    )
    left_out = [column for domain, column in DOMAIN_COLUMNS.items() if domain in missing]
    with place:
        show_table(code_names.in_words(customers.drop(columns=left_out)), key="customers")
        st.caption(
            md("segments.showing", first=number(offset + 1), last=number(offset + len(customers)), count=number(count))
        )
    code = re.sub(r"[^a-z0-9_]+", "_", segment["segment"].lower()) or "no_segment"
    downloads.offer(downloads.List(f"customers-{code}", where, question, MEMBER_COLUMNS))


def _both_shares(sizes: pd.DataFrame) -> pd.DataFrame:
    names = {"customer_share": t("column.customer_count"), "revenue_share": t("column.net_revenue")}
    long = sizes[["segment", "name", *names]].rename(columns=names)
    long = long.melt(["segment", "name"], list(names.values()), var_name="measure", value_name="share")
    long = long.dropna(subset=["share"])
    return long.assign(share=long["share"].astype(float), share_text=[percent(share) for share in long["share"]])


def _squares(scheme: str, sizes: pd.DataFrame, chosen: str) -> pd.DataFrame:
    names = sizes.set_index("segment")["name"]
    limit, limited = own_customers()
    squares = show(SQUARES.format(column=COLUMN_OF[scheme], limit=limit), limited)
    squares["name"] = squares["segment"].map(names)
    more = ["" if count == 1 else f" +{count - 1}" for count in squares["group_count"]]
    squares["label"] = [_in_lines(name + others) for name, others in zip(squares["name"], more, strict=True)]
    squares["is_chosen"] = squares["segment"] == chosen
    squares = access.hide_small_groups(squares, "customer_count")
    squares["count_text"] = [number(count) for count in squares["customer_count"]]
    return squares.drop(columns="group_count")


def _in_lines(name: str) -> str:
    """A name in lines narrow enough for a square on a telephone; a Chinese one breaks before its last word."""
    if name.isascii():
        return "\n".join(textwrap.wrap(name, SQUARE_WIDTH))
    return re.sub(r"(?<=...)客户", "\n客户", name)


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
    segment_comparison.draw_flows()


main()
