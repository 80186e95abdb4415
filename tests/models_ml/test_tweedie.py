"""A factor on money: right in total, found where it is, and silent where nothing is to be found."""

import json

import numpy as np
import pytest

from models_ml import tweedie

COUNT = 20_000


def sums(mean: np.ndarray, seed: int = 1) -> np.ndarray:
    """A random number of random amounts, with these means: mostly nothing."""
    rng = np.random.default_rng(seed)
    orders = rng.poisson(mean / 50)
    return np.where(orders > 0, rng.gamma(np.maximum(orders, 1) * 2.0, 25.0), 0.0)


@pytest.fixture(scope="module")
def traces() -> np.ndarray:
    return np.random.default_rng(2).normal(size=(COUNT, 4))


def test_what_the_forecast_does_not_know_is_found(traces: np.ndarray):
    true = 40 * np.exp(0.5 * traces[:, 1])
    found = tweedie.train(traces, sums(true), np.full(COUNT, true.mean()), np.ones(COUNT))
    assert found.slopes == pytest.approx([0, 0.5, 0, 0], abs=0.06)
    kept = tweedie.Tweedie.from_dict(json.loads(json.dumps(found.to_dict())))
    assert np.array_equal(kept.factor(traces), found.factor(traces))


def test_a_forecast_that_knows_all_is_left_alone(traces: np.ndarray):
    true = 40 * np.exp(0.5 * traces[:, 1])
    found = tweedie.train(traces, sums(true), true, np.ones(COUNT))
    assert np.abs(found.slopes).max() < 0.05


def test_a_handful_of_customers_moves_nothing(traces: np.ndarray):
    true = 40 * np.exp(0.5 * traces[:30, 1])
    found = tweedie.train(traces[:30], sums(true), np.full(30, true.mean()), np.ones(30))
    assert np.abs(found.slopes).max() < 0.25


def test_nobody_who_was_expected_to_bring_nothing_decides_alone(traces: np.ndarray):
    true, expected = np.full(COUNT, 40.0), np.full(COUNT, 40.0)
    expected[0] = 1e-9
    amounts = sums(true)
    amounts[0] = 2_000.0
    found = tweedie.train(traces, amounts, expected, np.ones(COUNT))
    assert np.abs(found.slopes).max() < 0.2
