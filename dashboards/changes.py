"""What is different from the version published before this one, and where the difference comes from."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from dashboards import access
from dashboards.code_names import name_of
from dashboards.figures import Figure, draw_figures
from dashboards.shop_window import Snapshot, before, columns, current, show, show_of
from dashboards.tables import show_short_table
from dashboards.text import day, md, money_rounded, number, t

MOVERS = 5

_TOTALS = """
select
    (select count(*) from marts.customer_360) as customer_count,
    (select coalesce(sum(order_count), 0) from marts.daily_business) as order_count,
    (select coalesce(sum(net_revenue), 0) from marts.daily_business) as net_revenue,
    (select max(currency_code) from marts.daily_business) as currency_code
"""
_DAYS = """
select
    coalesce(sum(order_count) filter (where order_date >= $day), 0) as new_orders,
    coalesce(sum(net_revenue) filter (where order_date >= $day), 0) as new_revenue,
    coalesce(sum(order_count) filter (where order_date < $day), 0) as old_orders,
    coalesce(sum(net_revenue) filter (where order_date < $day), 0) as old_revenue
from marts.daily_business
"""
_PEOPLE = """
select
    count(*) filter (where event = 'created') as created_count,
    count(*) filter (where event = 'merged') as merged_count
from marts.customer_id_history
where happened_as_of > $day and happened_as_of <= $as_of
"""
_SEGMENTS = """
select segment as code, count(*) as customer_count, coalesce(sum(net_revenue), 0) as net_revenue
from marts.customer_360
where segment is not null
group by segment
"""


def draw_changes() -> None:
    """The totals now and then, why they differ, and the segments that gained or lost the most revenue."""
    st.header(t("business.changes"))
    earlier = before(current())
    if earlier is None:
        st.info(t("business.first_version"), icon=":material/history:")
        return
    now, then = show(_TOTALS).iloc[0], show_of(earlier, _TOTALS).iloc[0]
    st.caption(md("business.since", version=earlier.version, day=day(earlier.as_of_date)))
    currency = None if pd.isna(now["currency_code"]) else now["currency_code"]
    writers = {"customer_count": number, "order_count": number, "net_revenue": _in_money(currency)}
    draw_figures(
        [
            Figure(t(f"changes.{name}"), write(now[name]), change=_signed(write, now[name] - then[name]))
            for name, write in writers.items()
        ]
    )
    _draw_why(earlier, currency)
    _draw_movers(earlier, currency)


def _draw_why(earlier: Snapshot, currency: str | None) -> None:
    """New days, rows of older days that came late or were corrected, and what became of identities."""
    asked = {"day": earlier.as_of_date}
    now, then = show(_DAYS, asked).iloc[0], show_of(earlier, _DAYS, asked).iloc[0]
    money = _in_money(currency)
    found = {
        "new_days": (now["new_orders"], now["new_revenue"]),
        "late_rows": (now["old_orders"] - then["old_orders"], now["old_revenue"] - then["old_revenue"]),
    }
    said = [
        md(f"changes.{why}", orders=str(_signed(number, orders)), revenue=str(_signed(money, revenue)))
        for why, (orders, revenue) in found.items()
        if orders or revenue
    ]
    if {"event", "happened_as_of"} <= columns("marts.customer_id_history"):
        people = show(_PEOPLE, asked | {"as_of": current().as_of_date}).iloc[0]
        if people["created_count"] or people["merged_count"]:
            said.append(
                md("changes.people", created=number(people["created_count"]), merged=number(people["merged_count"]))
            )
    st.markdown("\n".join(f"- {each}" for each in said) if said else t("changes.nothing"))


def _draw_movers(earlier: Snapshot, currency: str | None) -> None:
    now, then = show(_SEGMENTS).set_index("code"), show_of(earlier, _SEGMENTS).set_index("code")
    both = (
        now.merge(then, how="outer", left_index=True, right_index=True, suffixes=("", "_then")).fillna(0).reset_index()
    )
    both["change"] = both["net_revenue"] - both["net_revenue_then"]
    both["customers"] = both["customer_count"] - both["customer_count_then"]
    for count in ("customer_count", "customer_count_then"):
        both = access.hide_small_groups(both, count, "change", "customers")
    top = both.dropna(subset=["change"])
    top = top[(top["change"] != 0) | (top["customers"] != 0)]
    top = top.reindex(top["change"].abs().sort_values(ascending=False).index).head(MOVERS)
    if top.empty:
        st.caption(t("business.nothing_moved"))
        return
    st.subheader(t("business.movers"))
    show_short_table(
        pd.DataFrame(
            {
                "name": [name_of("segment", code) for code in top["code"]],
                "customers_moved": [str(_signed(number, each)) for each in top["customers"]],
                "revenue_moved": [str(_signed(_in_money(currency), each)) for each in top["change"]],
            }
        )
    )


def _signed(write: Callable[[float], str], value: float) -> str | int:
    return f"{'+' if value > 0 else ''}{write(value)}" if value else 0


def _in_money(currency: str | None) -> Callable[[float], str]:
    return lambda value: money_rounded(value, currency)
