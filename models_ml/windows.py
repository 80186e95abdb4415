"""Sums over the last so many days, carried forward day by day: what a customer did within a moving window.

Whole numbers only, so that a sum carried forward for years equals the sum counted afresh.
"""

from copy import copy

import numpy as np

from models_ml.history import Ints


class MovingSums:
    """Per customer, sums of whole numbers over the `window` days before the day that was advanced to.

    `customer`, `day` [m]: who, and on which day it happened; `amounts` [m, k]. `sums` [n, k] is the state, `touched`
    those whose sums the latest advance has changed (some of them twice). A day can only be advanced to, never gone back
    to.
    """

    def __init__(self, size: int, customer: Ints, day: Ints, amounts: Ints, window: int) -> None:
        when = np.concatenate([day + 1, day + 1 + window])
        order = np.argsort(when, kind="stable")
        self._when = when[order]
        self._who = np.concatenate([customer, customer])[order]
        self._what = np.concatenate([amounts, -amounts])[order]
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
