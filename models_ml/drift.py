"""Has the population moved away from what the model was trained on?

Measured by the population stability index of the score and of features that do not grow with the log, against the same
time of last year where there was one: a healthy shop moves every index of lifetime totals past any limit, and every
December past last June's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models_ml.btyd.histories import Floats
from models_ml.cuts import Cut

FEATURES = ("recency_over_gap", "orders_90d", "net_90d", "order_value", "returned_share", "trend")
LIMIT = 0.25
BINS = 10


@dataclass(frozen=True)
class Moved:
    """The index of one measure; above `limit` somebody should look."""

    name: str
    value: float
    limit: float = LIMIT


@dataclass(frozen=True)
class Tenths:
    """How a measure was spread: edges between its tenths (equal values are not parted), and customers in each."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Reference:
    """What is compared with: the score, then FEATURES, among the active customers of a cutoff."""

    measures: Mapping[str, Tenths]

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        return {name: {"edges": list(one.edges), "counts": list(one.counts)} for name, one in self.measures.items()}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Reference":
        """The inverse of `to_dict`."""
        return cls({name: Tenths(tuple(one["edges"]), tuple(one["counts"])) for name, one in stored.items()})


def reference(cut: Cut, score: Floats) -> Reference:
    """What a later day is to be compared with. `score` is (n,)."""
    return Reference({name: tenths(values) for name, values in _measures(cut, score).items()})


def drift(now: Cut, score: Floats, then: Reference) -> list[Moved]:
    """How far the active customers of a cutoff are from the reference. `score` is (n,)."""
    return [Moved(name, stability(then.measures[name], values)) for name, values in _measures(now, score).items()]


def tenths(values: Floats) -> Tenths:
    """The spread of some values."""
    edges = np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1], method="higher"))
    return Tenths(tuple(edges.tolist()), tuple(_counts(values, edges).tolist()))


def stability(then: Tenths, current: Floats) -> float:
    """Population stability index over the tenths of the reference; shares are held off 0 by half a customer."""
    before, after = np.array(then.counts) + 0.5, _counts(current, np.array(then.edges)) + 0.5
    p, q = before / before.sum(), after / after.sum()
    return float(((q - p) * np.log(q / p)).sum())


def _measures(cut: Cut, score: Floats) -> dict[str, Floats]:
    """Of the active customers."""
    columns = {"score": score} | {name: cut.traces.column(name) for name in FEATURES}
    return {name: values[cut.is_active] for name, values in columns.items()}


def _counts(values: Floats, edges: Floats) -> np.ndarray:
    return np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
