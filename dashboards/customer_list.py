"""A list of customers on a page, richest first and a page at a time, and the whole of it as a file.

Belongs here: how such a list is drawn. Does not belong here: which customers it names, which the page says as a
condition.
"""

import streamlit as st

from dashboards import access, code_names, downloads
from dashboards.shop_window import show
from dashboards.tables import show_table
from dashboards.text import md, number

PAGE_ROWS = 50
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


def draw_list(name: str, where: str, parameters: dict[str, object], count: int, missing: frozenset[str]) -> None:
    """The `count` customers whom the condition on marts.customer_360 names. `missing`: domains never delivered."""
    if not access.may("rows"):
        return
    pages = -(-count // PAGE_ROWS)
    place = st.container()
    page = st.pagination(pages, key=f"page-{name}") if pages > 1 else 1
    offset = (page - 1) * PAGE_ROWS
    customers = show(
        f"select {', '.join(MEMBER_COLUMNS)} from marts.customer_360 where {where} "
        "order by net_revenue desc nulls last, customer_id limit $limit offset $offset",
        parameters | {"limit": PAGE_ROWS, "offset": offset},
    )
    left_out = [column for domain, column in DOMAIN_COLUMNS.items() if domain in missing]
    with place:
        show_table(code_names.in_words(customers.drop(columns=left_out)), key=f"list-{name}")
        st.caption(
            md("segments.showing", first=number(offset + 1), last=number(offset + len(customers)), count=number(count))
        )
    downloads.offer(downloads.List(name, where, parameters, MEMBER_COLUMNS))


def draw_too_small() -> None:
    """In place of a group too small for this visitor."""
    st.info(md("segments.too_small", count=number(access.visitor().smallest_group)), icon=":material/group_off:")
