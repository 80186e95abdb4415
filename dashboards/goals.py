"""Goals against what happened so far: pace, forecast at the end date, and a status in words.

Belongs here: what a goal may be about and how it is counted, the arithmetic of a goal, and its table. An amount that
grows day by day is forecast as if the rest of the time went like the time so far; a rate is forecast as it stands.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboards.shop_window import columns, current, show
from dashboards.tables import show_table
from dashboards.text import MISSING, decimal, money_rounded, number, percent, t, word

NEAR = 0.9  # of the target: reached with an effort
NEEDED = {"goal_id", "metric", "starts_on", "ends_on", "target_value"}

_GOALS = """
select * from marts.fct_goals
where starts_on < $as_of and ends_on >= cast($as_of as date) - 31
order by ends_on, metric, goal_id
limit 50
"""
_DAYS = """
select cast(sum({column}) as double) as so_far, max(currency_code) as currency_code
from marts.daily_business
where order_date between $starts_on and $ends_on and order_date < $as_of
"""
_BUYERS = """
select
    count(distinct customer_id) filter (where placement_number >= 2)
        / nullif(count(distinct customer_id), 0) as so_far
from marts.fct_orders
where order_type = 'sale' and order_date between $starts_on and $ends_on and order_date < $as_of
"""
_LEADS = """
select {figure} as so_far from marts.fct_leads
where cast(created_at as date) between $starts_on and $ends_on and created_at < $as_of
"""
_TICKETS = """
select avg(satisfaction_score) as so_far from marts.fct_tickets
where cast(created_at as date) between $starts_on and $ends_on and created_at < $as_of
"""


def _hours(value: float | None) -> str:
    return MISSING if value is None or pd.isna(value) else t("business.hours", hours=decimal(value))


@dataclass(frozen=True)
class Counted:
    """How a metric is counted between two days: by which statement, on which column of which table, written how."""

    sql: str
    table: str
    column: str
    write: Callable[[float | None], str]
    is_amount: bool = False


_REVENUE = Counted(
    _DAYS.format(column="net_revenue"),
    "marts.daily_business",
    "net_revenue",
    lambda value: money_rounded(value, _currency()),
    is_amount=True,
)
_ORDERS = Counted(_DAYS.format(column="order_count"), "marts.daily_business", "order_count", number, is_amount=True)
_NEW = Counted(
    _DAYS.format(column="new_customer_count"), "marts.daily_business", "new_customer_count", number, is_amount=True
)
COUNTED: Mapping[str, Counted] = {
    "net_revenue": _REVENUE,
    "revenue": _REVENUE,
    "orders": _ORDERS,
    "order_count": _ORDERS,
    "new_customers": _NEW,
    "new_customer_count": _NEW,
    "repeat_rate": Counted(_BUYERS, "marts.fct_orders", "placement_number", percent),
    "lead_conversion": Counted(
        _LEADS.format(figure="avg(cast(is_converted as integer))"), "marts.fct_leads", "is_converted", percent
    ),
    "first_reply_hours": Counted(
        _LEADS.format(figure="median(response_hours)"), "marts.fct_leads", "response_hours", _hours
    ),
    "csat": Counted(_TICKETS, "marts.fct_tickets", "satisfaction_score", lambda value: decimal(value, 2)),
}


def draw_goals() -> None:
    """One line a goal that runs today or ended within a month."""
    st.header(t("business.goals"), help=t("definition.goals"))
    has_goals = columns("marts.fct_goals") >= NEEDED
    goals = show(_GOALS, {"as_of": current().as_of_date}) if has_goals else pd.DataFrame()
    if goals.empty:
        st.info(t("business.no_goals"), icon=":material/flag:")
        return
    show_table(pd.DataFrame([_line(goal) for _, goal in goals.iterrows()]), key="goals", height="content")


def status_of(goal: Mapping[str, float | None]) -> str:
    """reached, missed, on_track, at_risk or off_track; unknown where nothing of that name is counted.

    Reads so_far, forecast, target_value, passed_share (0 to 1) and is_lower_better.
    """
    so_far, forecast, target = goal["so_far"], goal["forecast"], goal["target_value"]
    if so_far is None or forecast is None or target is None or pd.isna(so_far) or pd.isna(forecast):
        return "unknown"
    is_over = (goal["passed_share"] or 0) >= 1
    if goal["is_lower_better"]:
        if is_over:
            return "reached" if so_far <= target else "missed"
        return "on_track" if forecast <= target else "at_risk" if NEAR * forecast <= target else "off_track"
    if is_over:
        return "reached" if so_far >= target else "missed"
    if goal["is_amount"] and so_far >= target:
        return "reached"
    return "on_track" if forecast >= target else "at_risk" if forecast >= NEAR * target else "off_track"


def _line(goal: pd.Series) -> dict[str, object]:
    counted = COUNTED.get(goal["metric"])
    so_far = _so_far(goal, counted) if counted else None
    passed, target = _passed(goal), float(goal["target_value"])
    is_amount = counted is not None and counted.is_amount
    forecast = so_far / passed if so_far is not None and is_amount and passed else so_far
    baseline = goal.get("baseline_value")
    state = {"so_far": so_far, "forecast": forecast, "target_value": target, "passed_share": passed}
    state |= {
        "is_amount": is_amount,
        "is_lower_better": baseline is not None and not pd.isna(baseline) and target < float(baseline),
    }
    write = counted.write if counted else decimal
    return {
        "goal_metric": word("goal_metric", goal["metric"]),
        "department": goal.get("department") or MISSING,
        "ends_on": goal["ends_on"],
        "target_value": write(target),
        "so_far": write(so_far),
        "reached_share": so_far / target if so_far is not None and is_amount and target > 0 else None,
        "passed_share": passed,
        "forecast": write(forecast),
        "goal_status": word("goal_status", status_of(state)),
    }


def _so_far(goal: pd.Series, counted: Counted) -> float | None:
    if counted.column not in columns(counted.table):
        return None
    question = {"starts_on": goal["starts_on"], "ends_on": goal["ends_on"], "as_of": current().as_of_date}
    found = show(counted.sql, question)["so_far"].item()
    return None if pd.isna(found) else float(found)


def _passed(goal: pd.Series) -> float:
    """The share of a goal's days that are over."""
    whole = (goal["ends_on"] - goal["starts_on"]).days + 1
    passed = (current().as_of_date - goal["starts_on"]).days
    return min(max(passed, 0) / max(whole, 1), 1.0)


def _currency() -> str | None:
    found = show("select max(currency_code) as currency_code from marts.daily_business")["currency_code"].item()
    return None if pd.isna(found) else str(found)
