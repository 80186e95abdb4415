"""The level of a season: that of a year ago, as far as it is more than chance."""

import numpy as np
import pytest

from models_ml.levels import PERSISTS, Level, believed


def test_a_level_that_is_sure_is_taken_over_and_one_that_is_chance_is_not():
    sure = [Level(value, 0.02) for value in (0.5, -0.4, 0.3, -0.5)]
    assert believed(Level(0.6, 0.02), sure).level == pytest.approx(0.6, rel=0.02)
    chance = [Level(float(value), 0.3) for value in np.random.default_rng(1).normal(0, 0.3, 40)]
    assert abs(believed(Level(0.4, 0.3), chance).level) < 0.2


def test_without_a_year_half_of_the_newest_is_believed_and_without_any_nothing():
    newest = believed(None, [Level(0.4, 0.0), Level(-0.4, 0.0)])
    assert (newest.level, newest.source) == (pytest.approx(PERSISTS * 0.4), "newest")
    assert believed(None, []) == believed(None, ())
    assert (believed(None, []).level, believed(None, []).source) == (0.0, "none")
