"""Goals against what happened so far: pace, forecast at the end date, and a status in words.

Belongs here: the arithmetic of a goal and its table. A goal's forecast is what the days so far would give if the rest
went like them; the status compares it with the target.
"""

import pandas as pd
import streamlit as st

from dashboards.shop_window import columns, current, has_tables, show
from dashboards.tables import show_table
from dashboards.text import t, word

# What a goal may be about, and the column of daily_business that counts it.
COUNTED = {
    "net_revenue": "net_revenue",
    "revenue": "net_revenue",
    "gross_revenue": "gross_revenue",
    "orders": "order_count",
    "order_count": "order_count",
    "new_customers": "new_customer_count",
    "new_customer_count": "new_customer_count",
}
NEAR = 0.9  # of the target: reached with an effort

_GOALS = """
select goal_id, metric, department, starts_on, ends_on, target_value
from marts.fct_goals
where starts_on < $as_of and ends_on >= cast($as_of as date) - 31
order by ends_on, goal_id
limit 50
"""
_SO_FAR = """
select coalesce(sum({column}), 0) as so_far
from marts.daily_business
where order_date >= $starts_on and order_date <= $ends_on and order_date < $as_of
"""


def draw_goals() -> None:
    """One line a goal that runs today or ended within a month."""
    st.header(t("business.goals"), help=t("definition.goals"))
    needed = {"goal_id", "metric", "starts_on", "ends_on", "target_value"}
    goals = (
        show(_GOALS, {"as_of": current().as_of_date})
        if has_tables("marts.fct_goals") and _has(needed)
        else pd.DataFrame()
    )
    if goals.empty:
        st.info(t("business.no_goals"), icon=":material/flag:")
        return
    goals = goals.assign(so_far=[_so_far(goal) for _, goal in goals.iterrows()])
    goals["passed_share"] = [_passed(goal) for _, goal in goals.iterrows()]
    goals["forecast"] = goals["so_far"] / goals["passed_share"].where(goals["passed_share"] > 0)
    goals["reached_share"] = goals["so_far"] / goals["target_value"].where(goals["target_value"] > 0)
    goals["goal_status"] = [word("goal_status", status_of(goal)) for _, goal in goals.iterrows()]
    goals["goal_metric"] = [word("column", COUNTED.get(metric, metric)) for metric in goals["metric"]]
    shown = [
        "goal_metric",
        "department",
        "ends_on",
        "target_value",
        "so_far",
        "reached_share",
        "passed_share",
        "forecast",
        "goal_status",
    ]
    show_table(goals[shown].astype({"target_value": float, "so_far": float}), key="goals", height="content")


def status_of(goal: pd.Series) -> str:
    """reached, on_track, at_risk or off_track; unknown where nothing of that name is counted day by day."""
    if pd.isna(goal["so_far"]):
        return "unknown"
    if goal["so_far"] >= goal["target_value"]:
        return "reached"
    if goal["passed_share"] >= 1:
        return "missed"
    if pd.isna(goal["forecast"]):
        return "unknown"
    if goal["forecast"] >= goal["target_value"]:
        return "on_track"
    return "at_risk" if goal["forecast"] >= NEAR * goal["target_value"] else "off_track"


def _has(needed: set[str]) -> bool:
    return needed <= columns("marts.fct_goals")


def _so_far(goal: pd.Series) -> float:
    column = COUNTED.get(goal["metric"])
    if column is None:
        return float("nan")
    question = {"starts_on": goal["starts_on"], "ends_on": goal["ends_on"], "as_of": current().as_of_date}
    return float(show(_SO_FAR.format(column=column), question)["so_far"].item())


def _passed(goal: pd.Series) -> float:
    whole = (goal["ends_on"] - goal["starts_on"]).days + 1
    passed = (min(current().as_of_date, goal["ends_on"]) - goal["starts_on"]).days
    return 1.0 if current().as_of_date > goal["ends_on"] else max(passed, 0) / max(whole, 1)
