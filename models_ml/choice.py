"""Which of several candidates that passed is published, and what that choice is worth.

Here belong a ranking measure over tests, with its bootstrap over customers, and the choice by it. Whether a candidate
may be published at all is decided in `gate`.

A figure of the best of several on the tests it was chosen on flatters it. So the choice is made once more without the
newest test, as it could have been made then, and what that choice reached at the newest is told beside the rest.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from models_ml import evaluation
from models_ml.btyd.histories import Floats
from models_ml.evaluation import Interval

Measure = Callable[[Floats], float]
NEWEST, EARLIER, ALL = slice(0, 1), slice(1, None), slice(None)


@dataclass(frozen=True)
class Ranked:
    """A ranking measure of one candidate at each test, newest first, (tests,); and the same in each draw of customers,
    (draws, tests)."""

    values: Floats
    draws: Floats

    def less(self, other: "Ranked") -> "Ranked":
        """By how much it is above another, draw by draw: both saw the same customers."""
        return Ranked(self.values - other.values, self.draws - other.draws)

    def over(self, tests: slice) -> Interval:
        """The mean over some of the tests."""
        return evaluation.interval(float(self.values[tests].mean()), self.draws[:, tests].mean(axis=1))


def ranked(
    measures: Mapping[str, Sequence[Measure]], customers: Sequence[NDArray[np.integer]], how: tuple[int, int]
) -> dict[str, Ranked]:
    """By name, from what is measured at each test, newest first, and whom each row of a test speaks of; `how`: draws
    and seed."""
    whole = [np.ones(len(who)) for who in customers]
    rows: dict[str, list[list[float]]] = {name: [] for name in measures}
    for weights in chain([whole], evaluation.drawn_customers(customers, *how)):
        for name, ones in measures.items():
            rows[name].append([one(drawn) for one, drawn in zip(ones, weights, strict=True)])
    found = {name: np.array(values) for name, values in rows.items()}
    return {name: Ranked(values[0], values[1:]) for name, values in found.items()}


@dataclass(frozen=True)
class Choice:
    """What is published, the more elaborate ones that passed and that it stands before, and what would have been
    published without the newest test (None: nothing was to be chosen, or there was one test only)."""

    published: str
    displaced: tuple[str, ...]
    before: str | None


def choose(passing: Sequence[str], ranked: Mapping[str, Ranked]) -> Choice:
    """`passing`: at least one, the most elaborate first."""
    best = _best(passing, ranked, ALL)
    is_asked = len(passing) > 1 and len(ranked[best].values) > 1
    before = _best(passing, ranked, EARLIER) if is_asked else None
    return Choice(best, tuple(passing[: list(passing).index(best)]), before)


def _best(passing: Sequence[str], ranked: Mapping[str, Ranked], tests: slice) -> str:
    """The most elaborate, unless a simpler one is better beyond chance."""
    best = passing[0]
    for name in passing[1:]:
        if ranked[name].less(ranked[best]).over(tests).lower > 0:
            best = name
    return best
