"""Forecasts of value and churn pass the door as the models write them, and every way of spoiling them is seen."""

import math

import pandas as pd
import pytest

from expectations.gate import inspect
from expectations.suites import ml_churn_scores, ml_customer_value
from models_ml import reasons
from models_ml.churn import RUNGS
from orchestration import outlook_tables


def value() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": ["a", "b"],
            "as_of_date": pd.Timestamp("2026-01-31"),
            "horizon_days": 90,
            "expected_orders": [0.2, 3.0],
            "expected_net_revenue": [10.0, 300.0],
            "lower_80": [0.0, 100.0],
            "upper_80": [0.0, 600.0],
            "lifetime_value": [20.0, 900.0],
            "p_alive": [0.4, 0.99],
            "currency_code": "CNY",
            "model": "pareto_nbd+mbg_nbd_mean",
            "model_run_id": "value-2026-01-31-x",
        }
    )


def churn() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": ["a", "b"],
            "as_of_date": pd.Timestamp("2026-01-31"),
            "horizon_days": 90,
            "churn_probability": [0.9, 0.1],
            "purchase_probability": [0.1, 0.9],
            "purchase_probability_30d_ago": [0.2, None],
            "reason_1": "silence",
            "reason_2": "frequency",
            "reason_3": "trend",
            "model": "mean",
            "model_run_id": "churn-2026-01-31-x",
        }
    )


SUITES = {"value": (value, ml_customer_value), "churn": (churn, ml_churn_scores)}


@pytest.mark.parametrize("name", SUITES)
def test_good_scores_pass_and_the_suite_knows_the_table(name: str):
    frame, suite = SUITES[name]
    assert inspect(frame(), suite.suite()).broken == []
    columns = {"value": outlook_tables.VALUE, "churn": outlook_tables.CHURN}[name]
    assert tuple(columns) == suite.COLUMNS == tuple(frame().columns)


def test_the_suite_knows_every_rung_and_reason_that_may_be_published():
    assert set(ml_churn_scores.RUNGS) == set(RUNGS) - {"recency"}
    assert ml_churn_scores.REASONS == reasons.CODES


@pytest.mark.parametrize(
    ("name", "column", "cells", "broken"),
    [
        ("value", "customer_id", ["a", "a"], "expect_column_values_to_be_unique(customer_id)"),
        ("value", "expected_net_revenue", [-1.0, 1.0], "expect_column_min_to_be_between(expected_net_revenue)"),
        ("value", "upper_80", [math.inf, 600.0], "expect_column_max_to_be_between(upper_80)"),
        ("value", "lower_80", [5.0, 100.0], "expect_column_pair_values_a_to_be_greater_than_b(upper_80, lower_80)"),
        ("value", "p_alive", [1.2, 0.5], "expect_column_values_to_be_between(p_alive)"),
        ("value", "currency_code", ["CNY", "USD"], "expect_column_unique_value_count_to_be_between(currency_code)"),
        ("churn", "churn_probability", [1.5, 0.1], "expect_column_values_to_be_between(churn_probability)"),
        ("churn", "model", ["recency", "recency"], "expect_column_distinct_values_to_be_in_set(model)"),
        ("churn", "reason_1", ["silence", "age"], "expect_column_distinct_values_to_be_in_set(reason_1)"),
        ("churn", "reason_3", ["trend", None], "expect_column_values_to_not_be_null(reason_3)"),
    ],
)
def test_a_spoilt_column_is_stopped_at_the_door(name: str, column: str, cells: list, broken: str):
    frame, suite = SUITES[name]
    assert broken in inspect(frame().assign(**{column: cells}), suite.suite()).broken
