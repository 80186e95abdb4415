"""How good was a forecast? Numbers about numbers: ranking, calibration, error, and how sure one may be of each.

Here belong measures and their bootstrap over customers. What follows from them is the business of `gate`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models_ml.btyd.histories import Floats

BINS = 10


@dataclass(frozen=True)
class Interval:
    """A value with the 95 % interval of its bootstrap."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True)
class CalibrationBin:
    """Customers with about the same forecast: its mean, what came true, how many they are."""

    predicted: float
    observed: float
    count: int


def auc(truth: Floats, score: Floats) -> float:
    """Area under the ROC curve, ties counted half (Mann-Whitney). NaN where only one outcome occurs."""
    return auc_of(truth, score)(np.ones(len(truth)))


def auc_of(truth: Floats, score: Floats) -> Callable[[Floats], float]:
    """weights -> area under the ROC curve: sorted once, for a bootstrap that asks hundreds of times."""
    order = np.argsort(score, kind="stable")
    starts = np.flatnonzero(np.append(True, np.diff(score[order]) != 0))
    yes_there, no_there = truth[order], 1 - truth[order]

    def at(weights: Floats) -> float:
        drawn = weights[order]
        yes, no = np.add.reduceat(drawn * yes_there, starts), np.add.reduceat(drawn * no_there, starts)
        pairs = yes.sum() * no.sum()
        return float(yes @ (np.cumsum(no) - no / 2) / pairs) if pairs else float("nan")

    return at


def gini(actual: Floats, score: Floats) -> float:
    """Normalised Gini of a ranking: its area above the diagonal of the Lorenz curve, over that of a perfect ranking.

    Customers with equal scores share what they spent, so their order does not matter. Actual values below 0 count as
    0, as there is no share of less than nothing. NaN where nobody spent.
    """
    return gini_of(actual, score)(np.ones(len(actual)))


def gini_of(actual: Floats, score: Floats) -> Callable[[Floats], float]:
    """weights -> normalised Gini: sorted once, for a bootstrap that asks hundreds of times."""
    actual = np.maximum(actual, 0.0)
    reached, best = _area_of(actual, score), _area_of(actual, actual)

    def at(weights: Floats) -> float:
        most = best(weights)
        return reached(weights) / most if most > 0 else float("nan")

    return at


def _area_of(actual: Floats, score: Floats) -> Callable[[Floats], float]:
    order = np.argsort(-score, kind="stable")
    starts = np.flatnonzero(np.append(True, np.diff(score[order]) != 0))
    spent = actual[order]

    def at(weights: Floats) -> float:
        drawn = weights[order]
        people = np.cumsum(np.add.reduceat(drawn, starts))
        money = np.cumsum(np.add.reduceat(drawn * spent, starts))
        if not len(money) or money[-1] <= 0:
            return 0.0
        before = np.append(0.0, money[:-1])
        return float(np.diff(people, prepend=0.0) @ (money + before)) / (2 * people[-1] * money[-1]) - 0.5

    return at


def brier(truth: Floats, probability: Floats, weights: Floats | None = None) -> float:
    """Mean squared error of a probability."""
    return float(np.average((probability - truth) ** 2, weights=weights))


def log_loss(truth: Floats, probability: Floats) -> float:
    """Mean negative log-likelihood, probabilities held off 0 and 1 by 1e-12."""
    held = np.clip(probability, 1e-12, 1 - 1e-12)
    return float(-np.mean(truth * np.log(held) + (1 - truth) * np.log1p(-held)))


def mean_absolute_error(actual: Floats, expected: Floats, weights: Floats | None = None) -> float:
    """In the unit of the values."""
    return float(np.average(np.abs(expected - actual), weights=weights))


def calibration(truth: Floats, probability: Floats, bins: int = BINS) -> list[CalibrationBin]:
    """Equally many customers a bin, by rising forecast; equal forecasts are never parted by chance of order."""
    order = np.lexsort((truth, probability))
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return [CalibrationBin(float(probability[p].mean()), float(truth[p].mean()), len(p)) for p in parts]


def expected_calibration_error(truth: Floats, probability: Floats, bins: int = BINS) -> float:
    """Mean distance of forecast and outcome over the bins of `calibration` (Naeini et al., AAAI 2015)."""
    table = calibration(truth, probability, bins)
    return float(sum(abs(b.predicted - b.observed) * b.count for b in table) / len(truth))


def lift(truth: Floats, score: Floats, share: float = 0.1) -> float:
    """How much more often the top share by score came true than everybody. NaN where nothing came true."""
    top = np.argsort(-score, kind="stable")[: max(round(share * len(score)), 1)]
    base = truth.mean()
    return float(truth[top].mean() / base) if base > 0 else float("nan")


def total_error(actual: Floats, expected: Floats) -> float:
    """Expected over actual total, less 1. NaN where the actual total is 0."""
    total = float(actual.sum())
    return float(expected.sum()) / total - 1 if total else float("nan")


def coverage(actual: Floats, lower: Floats, upper: Floats) -> float:
    """Share of the actual values inside their intervals, ends included."""
    return float(((actual >= lower - 1e-9) & (actual <= upper + 1e-9)).mean())


def coverage_by_quarter(expected: Floats, actual: Floats, lower: Floats, upper: Floats) -> list[float]:
    """The coverage in each quarter of the customers by rising forecast."""
    parts = np.array_split(np.argsort(expected, kind="stable"), 4)
    return [coverage(actual[part], lower[part], upper[part]) for part in parts if len(part)]


def bootstrap(measure: Callable[[Floats], float], groups: NDArray[np.integer], draws: int, seed: int) -> Interval:
    """A measure with its 95 % interval over resampled customers.

    `groups`: the customer of each row; a customer is drawn with all of his or her rows. `measure(weights)` gets how
    often each row was drawn. Draws are Poisson(1) a customer (Hanley, MacGibbon, 2006), which does not depend on the
    order of the rows.
    """
    found = np.array([measure(weights) for (weights,) in drawn_customers([groups], draws, seed)])
    return interval(float(measure(np.ones(len(groups)))), found)


def interval(value: float, found: Floats) -> Interval:
    """A value with the 95 % interval of what was found in the draws; without ends where half of these say nothing."""
    finite = found[np.isfinite(found)]
    if len(finite) < len(found) / 2:
        return Interval(value, float("-inf"), float("inf"))
    lower, upper = np.quantile(finite, [0.025, 0.975])
    return Interval(value, float(lower), float(upper))


def drawn_customers(groups: Sequence[NDArray[np.integer]], draws: int, seed: int) -> Iterator[list[Floats]]:
    """For every draw how often each row of each of `groups` (the customers of its rows) was drawn."""
    size = max(int(group.max()) for group in groups) + 1
    for drawn in _drawn(size, draws, seed):
        yield [drawn[group].astype(float) for group in groups]


@lru_cache(maxsize=1)
def _drawn(size: int, draws: int, seed: int) -> NDArray[np.uint8]:
    """How often each customer is drawn, (draws, size): the same for every measure of a gate."""
    rng = np.random.default_rng(seed)
    # Above 255 a Poisson(1) number never comes.
    return np.array([rng.poisson(1.0, size).astype(np.uint8) for _ in range(draws)])
