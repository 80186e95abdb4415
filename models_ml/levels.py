"""How high does everything stand at a time of year, and how much of that is to be believed?

A level is what must be added to forecasts, in logarithms, so that in total they come true at a cutoff. Here belongs
what follows from the levels of past cutoffs for the one that is not over yet: that of a year ago where there is one,
else half of the newest. Half, because a log that shows no whole year cannot show how much of a level is left a horizon
later (learnt from one half of a season it is worse than not at all): nothing and all of it are equally likely.

Either is drawn towards the mean of all by how unsure it is, against how far levels differ at all (empirical Bayes:
Efron, Morris, *Journal of the American Statistical Association* 68, 1973). Levels of a few customers are mostly chance,
and a shop without seasons has only what a model always over- or underrates.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

PERSISTS = 0.5


@dataclass(frozen=True)
class Level:
    """The level of one complete cutoff and its standard error, in logarithms."""

    value: float
    error: float


@dataclass(frozen=True)
class Belief:
    """The level of a forecast and where it comes from: 'year_ago' or 'newest' or 'none'."""

    level: float
    source: str


def believed(year_ago: Level | None, complete: Sequence[Level]) -> Belief:
    """The level to forecast with. `complete`: those of the complete cutoffs, newest first."""
    known = [*complete, *([year_ago] if year_ago else [])]
    if not known:
        return Belief(0.0, "none")
    middle = float(np.average([one.value for one in known], weights=[1 / max(one.error, 1e-6) ** 2 for one in known]))
    spread = max(float(np.mean([(one.value - middle) ** 2 - one.error**2 for one in known])), 0.0)
    if year_ago is not None:
        return Belief(_drawn(year_ago, middle, spread), "year_ago")
    return Belief(PERSISTS * _drawn(complete[0], middle, spread), "newest")


def _drawn(one: Level, middle: float, spread: float) -> float:
    return middle + (one.value - middle) * spread / max(spread + one.error**2, 1e-12)
