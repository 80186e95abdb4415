"""What a log of orders tells of a customer at a cutoff, in measures that do not drift as the log grows longer.

Here belong the features of churn and purchase: windows, rhythm and ranks within the cutoff in place of lifetime
totals, which mean something else every month. All are numbers without gaps; each belongs to one group, and reasons
are told by group.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models_ml import visits
from models_ml.btyd.histories import Floats
from models_ml.order_log import OrderLog, Snapshot, net_between

WINDOWS = (30, 60, 90, 180, 365)
MONEY_WINDOWS = (90, 365)
LONGEST = 730.0

GROUPS = {
    "recency": "silence",
    "recency_rank": "silence",
    "tenure": "tenure",
    "orders_30d": "frequency",
    "orders_60d": "frequency",
    "orders_90d": "frequency",
    "orders_180d": "frequency",
    "orders_365d": "frequency",
    "orders_rank": "frequency",
    "orders_per_year": "frequency",
    "is_single_buyer": "frequency",
    "gap_mean": "frequency",
    "gap_spread": "frequency",
    "recency_over_gap": "silence",
    "recency_over_widest_gap": "silence",
    "last_gap_over_gap": "trend",
    "net_90d": "spend",
    "net_365d": "spend",
    "order_value": "spend",
    "net_rank": "spend",
    "order_value_rank": "spend",
    "returned_share": "returns",
    "trend": "trend",
}
NAMES = tuple(GROUPS)
WITH_VISITS = GROUPS | dict.fromkeys(visits.NAMES, "visits")


@dataclass(frozen=True)
class Traces:
    """The features of the customers of one snapshot: `values` (n, len(NAMES)), and those of WITH_VISITS where the log
    knows of visits; counts and money as logarithms."""

    values: NDArray[np.float64]

    def column(self, name: str) -> Floats:
        """One feature, (n,)."""
        return self.values[:, list(WITH_VISITS).index(name)]

    @property
    def groups(self) -> tuple[str, ...]:
        """The group of each feature."""
        return tuple(WITH_VISITS.values())[: self.values.shape[1]]


def traces(log: OrderLog, of: Snapshot) -> Traces:
    """Everything is taken from before the cutoff; the last day of the log plays no part."""
    histories, recency = of.histories, of.recency
    order_days = histories.repeats + 1
    observed = np.minimum(histories.observed, LONGEST)
    since = {window: np.maximum(log.places(of.cutoff - window)[of.customers], of.from_row) for window in WINDOWS}
    days = {window: (log.so_far_days[of.to_row] - log.so_far_days[since[window]]).astype(float) for window in WINDOWS}
    money = {window: np.maximum(net_between(log, since[window], of.to_row), 0.0) for window in MONEY_WINDOWS}
    gap, spread, widest, newest = _gaps(log, of)
    earned = np.maximum(of.net, 0.0)
    value = earned / of.orders
    # Money is told in the mean order of its time, so that prices and currencies play no part.
    unit = max(float(earned.sum() / of.orders.sum()), 1e-9)
    columns = {
        "recency": np.log1p(recency),
        "recency_rank": _rank(-recency),
        "tenure": np.log1p(observed),
        **{f"orders_{window}d": np.log1p(days[window]) for window in WINDOWS},
        "orders_rank": _rank(order_days),
        "orders_per_year": np.log(365 * order_days / (histories.observed + 60)),
        "is_single_buyer": (order_days == 1).astype(float),
        "gap_mean": np.log1p(gap),
        "gap_spread": np.log1p(spread),
        "recency_over_gap": np.log((recency + 5) / (gap + 5)),
        "recency_over_widest_gap": np.log((recency + 5) / (widest + 5)),
        "last_gap_over_gap": np.log((newest + 5) / (gap + 5)),
        "net_90d": np.log1p(money[90] / unit),
        "net_365d": np.log1p(money[365] / unit),
        "order_value": np.log1p(value / unit),
        "net_rank": _rank(of.net),
        "order_value_rank": _rank(value),
        "returned_share": np.clip(of.returned / np.maximum(of.sold, 1e-9), 0.0, 1.0),
        "trend": np.log((days[90] + 0.5) / (days[365] + 2) * np.minimum(observed + 60, 365) / 90),
    }
    if log.visits:
        columns |= log.visits.features(of.cutoff, recency, of.customers)
    # By columns, as they are read.
    values = np.empty((len(of), len(columns)), order="F")
    for place, name in enumerate(WITH_VISITS if log.visits else NAMES):
        values[:, place] = columns[name]
    return Traces(values)


def _gaps(log: OrderLog, of: Snapshot) -> tuple[Floats, Floats, Floats, Floats]:
    """Mean, standard deviation, longest and newest gap between order days, each (n,).

    Who bought once has none: the time watched so far stands in for it, and no scatter.
    """
    bought = np.flatnonzero(np.diff(log.so_far_days) > 0)
    days, owner = log.day[bought], log.customer[bought]
    gaps = np.append(0.0, np.where(np.diff(owner) == 0, np.diff(days), 0.0))
    first, last = log.so_far_days[of.from_row], log.so_far_days[of.to_row] - 1
    squares = np.append(0.0, np.cumsum(gaps**2))
    repeats = of.histories.repeats
    came_back = repeats > 0
    count = np.maximum(repeats, 1.0)
    mean = np.where(came_back, of.histories.last / count, of.histories.observed)
    # The gap that leads to the first order day is nobody's.
    squared = squares[last + 1] - squares[first + 1]
    spread = np.sqrt(np.maximum(squared / count - mean**2, 0.0)) * came_back
    edges = np.column_stack([first + 1, last + 1]).ravel()
    padded = np.append(gaps, 0.0)
    widest = np.where(came_back, np.maximum.reduceat(padded, np.minimum(edges, len(gaps)))[::2], of.histories.observed)
    newest = np.where(came_back, gaps[last], of.histories.observed)
    return mean, spread, widest, newest


def _rank(values: Floats) -> Floats:
    """Share of the customers strictly below, plus half of those equal, (n,), 0 to 1."""
    order = np.argsort(values)
    ordered = values[order]
    starts = np.flatnonzero(np.append(True, np.diff(ordered) != 0))
    sizes = np.diff(np.append(starts, len(values)))
    found = np.empty(len(values))
    found[order] = np.repeat((2 * starts + sizes) / (2 * len(values)), sizes)
    return found
