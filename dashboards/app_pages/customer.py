"""Who is this customer? Find one by anything that is known of them, and see what is known, and why."""

import pandas as pd
import streamlit as st

from dashboards import access, audit, code_names, customer_records, customer_search, customer_story, freshness
from dashboards.definitions import definition
from dashboards.figures import Figure, draw_figures
from dashboards.shop_window import columns, columns_of_people, show, show_people
from dashboards.text import MISSING, day, escape, md, money_rounded, number, t, word

_SEEN = "customer.seen"
_PERSON = "select * from people.marts.dim_customers where customer_id = $customer and {limit}"
_FIGURES = "select * from marts.customer_360 where customer_id = $customer"
BADGES = ("segment", "lifecycle_stage", "value_tier", "loyalty_tier", "trust_band", "member_level", "status")


def search() -> str | None:
    """The search box and what it found. Returns the key of the customer to show."""
    typed = st.text_input(
        t("customer.search"), max_chars=200, key="search", icon=":material/search:", help=t("customer.search_help")
    )
    if not typed.strip():
        return st.query_params.get("customer")
    if not customer_search.is_long_enough(typed):
        st.caption(t("customer.too_short"))
        return None
    found = customer_search.find(typed)
    _note("search", typed, {"hits": len(found)})
    if found.empty:
        st.info(t("customer.not_found"), icon=":material/person_off:")
        return None
    names = {row["customer_id"]: _described(row) for _, row in found.iterrows()}
    if len(names) == 1:
        return next(iter(names))
    key = "cut" if len(names) == customer_search.LISTED else "several"
    return st.selectbox(
        t(f"customer.found_{key}"), list(names), format_func=names.__getitem__, key=f"found-{hash(typed)}"
    )


def show_customer(customer: str) -> None:
    """Everything about one customer, or a sentence when there is none that this visitor may see."""
    limit, limited = access.row_limit(columns_of_people("dim_customers"))
    people = show_people(_PERSON.format(limit=limit), {"customer": customer, **limited})
    if people.empty:
        st.info(t("customer.none_such"), icon=":material/person_off:")
        return
    _note("view_customer", customer, {"customer_id": customer})
    st.query_params["customer"] = customer
    person = people.iloc[0]
    st.header(escape(name_of(person)))
    figures = show(_FIGURES, {"customer": customer})
    if len(figures):
        _draw_badges(figures.iloc[0])
        _draw_figures(figures.iloc[0])
    names = ["profile", "records", "timeline", "scores", "next"]
    tabs = st.tabs([t(f"customer.tab.{name}") for name in names])
    with tabs[0]:
        customer_records.draw_profile(person)
    with tabs[1]:
        customer_records.draw_records(customer)
    with tabs[2]:
        customer_story.draw_timeline(customer)
    with tabs[3]:
        customer_story.draw_scores(customer, figures.iloc[0] if len(figures) else pd.Series(dtype=object))
    with tabs[4]:
        customer_story.draw_next(customer)


def name_of(person: pd.Series) -> str:
    """What to call a customer: the person, the company, or that nobody told us."""
    names = [person.get("full_name"), person.get("company_name")]
    return next((name for name in names if isinstance(name, str) and name), t("customer.nameless"))


def _described(row: pd.Series) -> str:
    parts = [name_of(row), row["city"], day(row["last_seen_date"]) if not pd.isna(row["last_seen_date"]) else None]
    return " · ".join([*(part[:60] for part in parts if isinstance(part, str) and part), str(row["customer_id"])[:8]])


def _note(action: str, what: str, details: dict) -> None:
    """Once for each thing looked at, not once for each rerun."""
    if st.session_state.get(f"{_SEEN}.{action}") != what:
        audit.record(action, details)
        st.session_state[f"{_SEEN}.{action}"] = what


def _draw_badges(figures: pd.Series) -> None:
    named = [
        (name, figures[name])
        for name in BADGES
        if isinstance(figures.get(name), str) and name in columns("marts.customer_360")
    ]
    with st.container(horizontal=True):
        for name, code in named:
            st.badge(f"{t(f'column.{name}')} · {escape(code_names.name_of(name, code))}")


def _draw_figures(figures: pd.Series) -> None:
    currency = None if pd.isna(figures["currency_code"]) else figures["currency_code"]
    shown = {
        "net_revenue": money_rounded(figures["net_revenue"], currency),
        "order_count": number(figures["order_count"]),
        "last_order_date": day(figures["last_order_date"]),
        "open_ticket_count": number(figures["open_ticket_count"]),
        "points_balance": number(figures.get("points_balance")),
    }
    draw_figures(
        [
            Figure(t(f"column.{name}"), figure, definition(name))
            for name, figure in shown.items()
            if figure != MISSING or name in ("net_revenue", "order_count")
        ]
    )


def main() -> None:
    """The search box, then the customer."""
    st.title(t("page.customer"))
    freshness.banner("customer")
    access.demand("people")
    if not columns_of_people("customer_search"):
        st.info(t("customer.no_search"), icon=":material/search_off:")
        return
    customer = search()
    if customer:
        show_customer(customer)
    elif not st.session_state["search"]:
        st.caption(md("customer.start", count=number(_known()), role=word("role", access.visitor().role)))


def _known() -> int:
    return int(show("select count(*) as n from marts.customer_360")["n"].item())


main()
