"""What is different from the version published before this one, and where most of the difference comes from."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from dashboards import access
from dashboards.shop_window import Snapshot, before, current, show, show_of
from dashboards.tables import show_short_table
from dashboards.text import day, language, md, money_rounded, number, t

MOVERS = 5

_TOTALS = """
select
    (select count(*) from marts.customer_360) as customer_count,
    (select coalesce(sum(order_count), 0) from marts.daily_business) as order_count,
    (select coalesce(sum(net_revenue), 0) from marts.daily_business) as net_revenue,
    (select max(currency_code) from marts.daily_business) as currency_code
"""
_SEGMENTS = """
select segment as code, count(*) as customer_count, coalesce(sum(net_revenue), 0) as net_revenue
from marts.customer_360
where segment is not null
group by segment
"""
_NAMES = "select segment, name_en, name_zh from marts.segments where scheme = 'rfm'"


def draw_changes() -> None:
    """The totals now and then, and the segments that gained or lost the most revenue."""
    st.header(t("business.changes"))
    earlier = before(current())
    if earlier is None:
        st.info(t("business.first_version"), icon=":material/history:")
        return
    now, then = show(_TOTALS).iloc[0], show_of(earlier, _TOTALS).iloc[0]
    st.caption(md("business.since", version=earlier.version, day=day(earlier.as_of_date)))
    with st.container(horizontal=True):
        for name in ("customer_count", "order_count", "net_revenue"):
            write = number if name != "net_revenue" else _in_money(now["currency_code"])
            difference = now[name] - then[name]
            sign = "+" if difference > 0 else ""
            st.metric(
                t(f"changes.{name}"), write(now[name]), f"{sign}{write(difference)}" if difference else 0, border=True
            )
    _draw_movers(earlier, now["currency_code"])


def _draw_movers(earlier: Snapshot, currency: str) -> None:
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
    names = show(_NAMES).set_index("segment")[f"name_{language()}"]
    st.subheader(t("business.movers"))
    show_short_table(
        pd.DataFrame(
            {
                "name": [names.get(code, code) for code in top["code"]],
                "customers_moved": [f"{int(each):+,}" for each in top["customers"]],
                "revenue_moved": [_in_money(currency)(each) for each in top["change"]],
            }
        )
    )


def _in_money(currency: str) -> Callable[[float], str]:
    return lambda value: money_rounded(value, currency)
