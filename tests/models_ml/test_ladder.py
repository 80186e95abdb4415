"""The parts of the ladder: straight lines and steps that learn what is there, add up exactly and ignore the order."""

import json

import numpy as np
import pytest

from models_ml import additive, logistic


def world(count: int, seed: int):
    """Three features, of which the second does nothing and the third has a hump; and what came true."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(count, 3))
    offset = rng.normal(size=count) * 0.5
    margin = offset + 0.8 * values[:, 0] + 1.5 * (np.abs(values[:, 2]) < 0.6) - 0.7
    return values, (rng.random(count) < 1 / (1 + np.exp(-margin))).astype(float), offset, margin


def test_the_straight_line_is_that_of_scikit_learn():
    from sklearn.linear_model import LogisticRegression

    values, truth, _, _ = world(3000, 1)
    ours = logistic.train(values, truth, np.zeros(3000), np.ones(3000), ridge=7.0)
    scaled = (values - values.mean(axis=0)) / values.std(axis=0)
    theirs = LogisticRegression(C=1 / 7.0, tol=1e-10, max_iter=1000).fit(scaled, truth)
    assert ours.slopes == pytest.approx(theirs.coef_[0], abs=1e-4)
    assert ours.constant == pytest.approx(theirs.intercept_[0], abs=1e-4)


def test_steps_find_a_hump_that_no_line_can_and_leave_the_idle_feature_alone():
    values, truth, offset, margin = world(20_000, 2)
    model = additive.train(values, truth, offset, np.ones(len(truth)), additive.Settings(rounds=80))
    assert np.corrcoef(offset + model.margin(values), margin)[0, 1] > 0.97
    spread = [float(np.std(part)) for part in model.contributions(values).T]
    assert spread[1] < 0.1 * min(spread[0], spread[2])


@pytest.mark.parametrize("train", [additive.train, logistic.train])
def test_effects_add_up_to_the_score_and_survive_the_shelf(train):
    values, truth, offset, _ = world(2000, 3)
    model = train(values, truth, offset, np.ones(2000))
    added = model.constant + model.contributions(values).sum(axis=1)
    assert np.abs(added - model.margin(values)).max() < 1e-9
    kept = type(model).from_dict(json.loads(json.dumps(model.to_dict())))
    assert np.array_equal(kept.margin(values), model.margin(values))


@pytest.mark.parametrize("train", [additive.train, logistic.train])
def test_the_order_of_rows_does_not_matter(train):
    values, truth, offset, _ = world(2000, 4)
    order = np.random.default_rng(0).permutation(2000)
    one = train(values, truth, offset, np.ones(2000))
    other = train(values[order], truth[order], offset[order], np.ones(2000))
    assert one.margin(values) == pytest.approx(other.margin(values), abs=1e-9)


@pytest.mark.parametrize("train", [additive.train, logistic.train])
def test_a_feature_that_never_varies_has_no_effect(train):
    values, truth, offset, _ = world(1000, 5)
    values[:, 1] = 0.0
    assert np.abs(train(values, truth, offset, np.ones(1000)).contributions(values)[:, 1]).max() == 0


def test_the_level_makes_the_mean_forecast_equal_to_the_rate():
    margin = np.random.default_rng(6).normal(size=500) * 3
    shift = additive.level(margin, np.ones(500), 0.07)
    assert (1 / (1 + np.exp(-margin - shift))).mean() == pytest.approx(0.07)
