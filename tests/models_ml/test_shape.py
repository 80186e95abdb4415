"""Proportions between customers are put right where the past shows them wrong, and nothing else is touched."""

import json

import numpy as np
import pytest

from models_ml import shape


def amounts(seed: int, wrong: float, count: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """What is told, and what comes: often nothing, else gamma amounts. The lower half is told `wrong` times its due."""
    rng = np.random.default_rng(seed)
    true = rng.gamma(0.7, 100.0, count) + 1.0
    came = np.where(rng.random(count) < 0.4, true / 0.4 * rng.gamma(2.0, 0.5, count), 0.0)
    told = np.where(true < np.median(true), wrong * true, true)
    return told * came.sum() / told.sum(), came


def by_fifths(told: np.ndarray, came: np.ndarray) -> np.ndarray:
    parts = np.array_split(np.argsort(told, kind="stable"), 5)
    return np.array([told[part].sum() / came[part].sum() for part in parts])


@pytest.mark.parametrize("wrong", [0.5, 2.5])
def test_what_one_log_shows_puts_another_right(wrong: float):
    learnt = shape.train(*amounts(1, wrong), weight=1.0)
    told, came = amounts(2, wrong)
    before, after = (np.abs(np.log(by_fifths(one, came))) for one in (told, learnt.of(told)))
    assert after[:2].max() < 0.4 * before[:2].max()
    assert after.max() < before.max()


def test_right_proportions_are_left_alone():
    told, _ = amounts(3, 1.0)
    assert np.abs(shape.train(told, amounts(3, 1.0)[1], weight=1.0).of(told) / told - 1).max() < 0.12


def test_no_ranking_and_no_total_changes():
    told, came = amounts(4, 4.0)
    right = shape.train(told, came, weight=0.3).of(told)
    assert np.array_equal(np.argsort(told, kind="stable"), np.argsort(right, kind="stable"))
    assert right.sum() == pytest.approx(told.sum())
    assert np.all(np.diff(right[np.argsort(told)]) >= 0)


def test_a_few_customers_teach_little():
    told, came = amounts(5, 3.0, count=60)
    assert np.abs(np.log(shape.train(told, came, weight=0.05).of(told) / told)).max() < 0.5


def test_where_the_lowest_bring_nothing_they_are_told_a_tenth_at_least():
    told, came = amounts(6, 2.0)
    came[np.argsort(told)[:4000]] = 0.0
    learnt = shape.train(told, came, weight=1.0)
    assert np.isfinite(learnt.by).all()
    assert (learnt.of(told) > 0).all()


def test_nothing_expected_of_anybody_is_left_as_it_is():
    nothing = np.zeros(50)
    assert np.array_equal(shape.train(nothing, nothing, weight=1.0).of(nothing), nothing)


def test_what_came_true_to_the_letter_is_left_as_it_is():
    told, _ = amounts(8, 1.0, count=500)
    assert shape.train(told, told, weight=1.0).of(told) == pytest.approx(told)


def test_it_survives_the_shelf():
    told, came = amounts(7, 2.0)
    learnt = shape.train(told, came, weight=1.0)
    assert shape.Shape.from_dict(json.loads(json.dumps(learnt.to_dict()))) == learnt
