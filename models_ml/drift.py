"""Has the population moved away from what the model was trained on?

Measured by the population stability index of the score and of features that do not grow with the log, against the same
time of last year where there was one: a healthy shop moves every index of lifetime totals past any limit, and every
December past last June's.
"""

from dataclasses import dataclass

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


def drift(now: Cut, score_now: Floats, reference: Cut, score_then: Floats) -> list[Moved]:
    """The score first, then FEATURES, among the active customers of both cutoffs. Scores are (n,) each."""
    pairs = [("score", score_now, score_then)]
    pairs += [(name, now.traces.column(name), reference.traces.column(name)) for name in FEATURES]
    return [Moved(name, stability(there[reference.is_active], here[now.is_active])) for name, here, there in pairs]


def stability(reference: Floats, current: Floats) -> float:
    """Population stability index over tenths of the reference; shares are held off 0 by half a customer."""
    edges = np.unique(np.quantile(reference, np.linspace(0, 1, BINS + 1)[1:-1], method="higher"))
    before, after = (
        np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1) + 0.5
        for values in (reference, current)
    )
    p, q = before / before.sum(), after / after.sum()
    return float(((q - p) * np.log(q / p)).sum())
