"""The measures agree with scikit-learn's, with counting by hand, and with chance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models_ml import evaluation

briefly = settings(max_examples=40, deadline=None)
ROWS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5)), min_size=4, max_size=40).filter(
    lambda rows: len({truth for truth, _ in rows}) == 2
)


@briefly
@given(ROWS)
def test_auc_is_that_of_scikit_learn_ties_included(rows):
    from sklearn.metrics import roc_auc_score

    truth, score = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    assert evaluation.auc(truth, score) == pytest.approx(roc_auc_score(truth, score))


@briefly
@given(ROWS, st.integers(0, 3))
def test_a_weight_counts_like_as_many_customers(rows, extra):
    truth, score = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    weights = np.ones(len(truth))
    weights[0] += extra
    repeated = np.repeat(np.arange(len(truth)), weights.astype(int))
    assert evaluation.auc_of(truth, score)(weights) == pytest.approx(evaluation.auc(truth[repeated], score[repeated]))
    money = truth * 3 + score
    if money.max() > 0:
        assert evaluation.gini_of(money, score)(weights) == pytest.approx(
            evaluation.gini(money[repeated], score[repeated]), nan_ok=True
        )


def test_gini_is_one_for_a_perfect_ranking_minus_one_for_the_reverse_and_zero_for_none():
    money = np.array([0.0, 1.0, 5.0, 20.0])
    assert evaluation.gini(money, money) == pytest.approx(1.0)
    assert evaluation.gini(money, -money) == pytest.approx(-1.0)
    assert evaluation.gini(money, np.ones(4)) == pytest.approx(0.0)


def test_a_forecast_drawn_from_is_calibrated_and_a_shifted_one_is_off_by_the_shift():
    rng = np.random.default_rng(2)
    chance = rng.uniform(0.1, 0.8, 60_000)
    truth = (rng.random(60_000) < chance).astype(float)
    assert evaluation.expected_calibration_error(truth, chance) < 0.008
    assert evaluation.expected_calibration_error(truth, chance + 0.1) == pytest.approx(0.1, abs=0.008)


def test_the_interval_of_a_mean_is_that_of_theory_and_customers_are_drawn_whole():
    rng = np.random.default_rng(3)
    values = rng.normal(size=2000)
    found = evaluation.bootstrap(lambda w: float(w @ values / w.sum()), np.arange(2000), 400, 1)
    assert found.upper - found.lower == pytest.approx(2 * 1.96 / np.sqrt(2000), rel=0.2)
    twice, groups = np.concatenate([values, values]), np.concatenate([np.arange(2000)] * 2)
    again = evaluation.bootstrap(lambda w: float(w @ twice / w.sum()), groups, 400, 1)
    assert (again.lower, again.upper) == pytest.approx((found.lower, found.upper))


def test_lift_coverage_and_totals_are_counted():
    truth = np.array([1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    assert evaluation.lift(truth, truth, 0.1) == pytest.approx(5.0)
    assert evaluation.coverage(np.array([1.0, 2.0]), np.array([0.0, 3.0]), np.array([1.0, 4.0])) == 0.5
    assert evaluation.total_error(np.array([10.0]), np.array([9.0])) == pytest.approx(-0.1)
