"""An additive model of log-odds: a step function per feature, boosted in turn over histogram bins.

Friedman, "Greedy function approximation", *Annals of Statistics* 29 (2001), with trees of one feature each, taken in
turn as in Lou, Caruana, Gehrke, "Intelligible models", KDD 2012. It begins from an offset (log-odds known already) and
learns only what the offset does not say. The effect of a feature on a row is one look-up, so reasons are exact and add
up to the score. Nothing is drawn at random: the same rows give the same model in any order up to rounding.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models_ml.btyd.histories import Floats


@dataclass(frozen=True)
class Settings:
    """How slowly and how smoothly is learnt. `least` is the weight of rows a step must stand on."""

    rounds: int = 60
    rate: float = 0.10
    bins: int = 32
    leaves: int = 4
    ridge: float = 5.0
    least: float = 40.0


@dataclass(frozen=True)
class Additive:
    """Per feature the edges between bins and the effect of each bin, centred on the training rows; and a constant."""

    edges: tuple[Floats, ...]
    effects: tuple[Floats, ...]
    constant: float

    def contributions(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Effect of every feature on every row in log-odds, (n, features); with `constant` they add up to `margin`."""
        found = np.empty(values.shape)
        for place, (edges, effects) in enumerate(zip(self.edges, self.effects, strict=True)):
            found[:, place] = effects[np.searchsorted(edges, values[:, place], side="right")]
        return found

    def margin(self, values: NDArray[np.float64]) -> Floats:
        """Log-odds on top of the offset, (n,)."""
        found = np.full(len(values), self.constant)
        for place, (edges, effects) in enumerate(zip(self.edges, self.effects, strict=True)):
            found += effects[np.searchsorted(edges, values[:, place], side="right")]
        return found

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        return {
            "edges": [edges.tolist() for edges in self.edges],
            "effects": [effects.tolist() for effects in self.effects],
            "constant": self.constant,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Additive":
        """The inverse of `to_dict`."""
        return cls(
            tuple(np.array(edges, dtype=float) for edges in stored["edges"]),
            tuple(np.array(effects, dtype=float) for effects in stored["effects"]),
            float(stored["constant"]),
        )


def train(
    values: NDArray[np.float64], truth: Floats, offset: Floats, weights: Floats, settings: Settings | None = None
) -> Additive:
    """Learn from `values` (n, features; no gaps), `truth` (0 or 1), `offset` (log-odds) and `weights`, each (n,).

    Each step fits one feature by Newton's method on its bins, in at most `leaves` runs of bins.
    """
    how = settings or Settings()
    edges = tuple(edges_of(values[:, place], how.bins) for place in range(values.shape[1]))
    places = [np.searchsorted(edge, values[:, at], side="right") for at, edge in enumerate(edges)]
    effects = [np.zeros(len(edge) + 1) for edge in edges]
    rate = float(weights @ truth / weights.sum())
    margin = offset.copy()
    constant = level(margin, weights, rate)
    margin = margin + constant
    came = [_sums(place, weights * truth, len(effects[at])) for at, place in enumerate(places)]
    expected, squared = np.empty_like(margin), np.empty_like(margin)
    for _ in range(how.rounds):
        for at, place in enumerate(places):
            if not len(edges[at]):
                continue
            # In place: nearly all of the time of a training goes into these lines.
            chance = np.exp(np.negative(margin, out=squared), out=squared)
            chance += 1
            np.divide(1.0, chance, out=chance)
            np.multiply(weights, chance, out=expected)
            np.multiply(expected, chance, out=squared)
            size = len(effects[at])
            sums = _sums(place, expected, size)
            step = how.rate * _steps(came[at] - sums, sums - _sums(place, squared, size), how)
            effects[at] += step
            margin += step[place]
    for at, place in enumerate(places):
        middle = float(weights @ effects[at][place] / weights.sum())
        effects[at] -= middle
        constant += middle
    return Additive(edges, tuple(effects), constant)


def edges_of(values: Floats, bins: int) -> Floats:
    """Between the quantiles of the values: a value reaches a bin when it is at least the bin's lower edge."""
    found = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1], method="higher"))
    return found[found > values.min()]


def level(margin: Floats, weights: Floats, rate: float) -> float:
    """The constant that makes the mean forecast equal to `rate`: Newton's method."""
    rate = min(max(rate, 1e-6), 1 - 1e-6)
    constant = 0.0
    for _ in range(30):
        chance = 1 / (1 + np.exp(-(margin + constant)))
        bend = weights @ (chance * (1 - chance))
        step = (rate * weights.sum() - weights @ chance) / max(bend, 1e-9)
        constant += float(np.clip(step, -2, 2))
        if abs(step) < 1e-10:
            break
    return constant


def _sums(place: NDArray[np.intp], values: Floats, size: int) -> Floats:
    return np.bincount(place, values, size).astype(float)


def _steps(slope: Floats, bend: Floats, how: Settings) -> Floats:
    """The Newton step of each bin: bins are split into runs, best split first, and a run moves together."""
    slopes, bends = np.append(0.0, np.cumsum(slope)), np.append(0.0, np.cumsum(bend))
    runs = [(0, len(slope))]
    for _ in range(how.leaves - 1):
        best = max((_best_split(slopes, bends, run, how) for run in runs), default=None)
        if best is None or best[0] <= 0:
            break
        _, run, at = best
        runs.remove(run)
        runs += [(run[0], at), (at, run[1])]
    steps = np.zeros(len(slope))
    for begin, end in runs:
        steps[begin:end] = (slopes[end] - slopes[begin]) / (bends[end] - bends[begin] + how.ridge)
    return steps


def _best_split(
    slopes: Floats, bends: Floats, run: tuple[int, int], how: Settings
) -> tuple[float, tuple[int, int], int]:
    begin, end = run
    if end - begin < 2:
        return 0.0, run, begin
    at = np.arange(begin + 1, end)
    left, right = bends[at] - bends[begin], bends[end] - bends[at]
    gain = (slopes[at] - slopes[begin]) ** 2 / (left + how.ridge) + (slopes[end] - slopes[at]) ** 2 / (
        right + how.ridge
    )
    gain = gain - (slopes[end] - slopes[begin]) ** 2 / (bends[end] - bends[begin] + how.ridge)
    # A quarter is the most a row can bend the likelihood.
    gain = np.where((left >= how.least / 4) & (right >= how.least / 4), gain, 0.0)
    best = int(np.argmax(gain))
    return float(gain[best]), run, int(at[best])
