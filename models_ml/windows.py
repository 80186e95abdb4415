"""Sums over the last so many days, carried forward day by day: what a customer did within a moving window.

Whole numbers only, so that a sum carried forward for years equals the sum counted afresh.
"""

from copy import copy

import numpy as np
from numpy.typing import NDArray

from models_ml.history import Ints


class MovingSums:
    """Per customer, sums of whole numbers over the `window` days before the day that was advanced to (None: over all).

    `customer`, `day` [m]: who, and on which day it happened; `amounts` [m, k]. `sums` [n, k] is the state, `touched`
    those whose sums the latest advance has changed (some of them twice). A day can only be advanced to, never gone back
    to.
    """

    def __init__(self, size: int, customer: Ints, day: Ints, amounts: Ints, window: int | None) -> None:
        when, who, what = day + 1, customer, amounts
        if window is not None:
            when, who, what = np.append(when, when + window), np.append(who, who), np.concatenate([what, -what])
        order = by_day(when)
        self._when, self._who, self._what = when[order], who[order], what[order]
        self._done = 0
        self.sums = np.zeros((size, amounts.shape[1]), dtype=np.int64)
        self.touched = self._who[:0]

    def advance(self, day: int) -> Ints:
        """Let everything before `day` have happened; returns `sums` as they are when it begins."""
        upto = int(np.searchsorted(self._when, day, side="right"))
        part = slice(self._done, upto)
        self.touched = self._who[part]
        for column in range(self.sums.shape[1]):
            np.add.at(self.sums[:, column], self.touched, self._what[part, column])
        self._done = max(self._done, upto)
        return self.sums

    def again(self) -> "MovingSums":
        """The same from the beginning."""
        fresh = copy(self)
        fresh._done, fresh.sums = 0, np.zeros_like(self.sums)
        return fresh


def by_day(days: Ints) -> NDArray[np.intp]:
    """Places in the order of their days; those of one day stay as they are."""
    since = days - days.min(initial=0)
    # Small whole numbers are sorted by counting, ten times faster.
    return np.argsort(since.astype(np.uint16) if since.max(initial=0) < 1 << 16 else since, kind="stable")
