"""Hysteresis: a label that must hold for some days before it is taken over, so that nobody flips for a day.

A customer's first label counts at once. From then on a new one is taken over when it has held for three to seven days
in a row, so every label is kept for three days at least. How many is the customer's own number, the same for good:
buyers of one sale reach an edge together, and would all change on one day. Equivalently, the label in force is that of
the latest so many equal days in a row, which is why it can be computed for any day from the days before it, whatever
was published then.

Edges are re-set once a quarter. If that reached everybody on one day, a third of the customers could move overnight
without having done anything, so it reaches each customer on a day of the quarter of their own.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.history import Ints, date_of, day_number, quarter_before, quarter_start

PATIENCE = range(3, 8)  # days
QUARTER_DAYS = 90  # the shortest quarter

Codes = NDArray[np.int8]


@dataclass(frozen=True)
class Own:
    """What is each customer's own [n], spread evenly and the same for good: the day of a quarter (0 to 89) on which its
    edges reach them, and how many days a new label must hold (one of PATIENCE)."""

    day: Ints
    patience: Ints

    @classmethod
    def of(cls, customer_ids: NDArray[np.object_]) -> "Own":
        """From the ids alone."""
        drawn = pd.util.hash_array(customer_ids, categorize=False)
        return cls(
            (drawn % QUARTER_DAYS).astype(np.int64),
            PATIENCE[0] + (drawn // QUARTER_DAYS % len(PATIENCE)).astype(np.int64),
        )


@dataclass(frozen=True)
class Settled:
    """Codes in force on the last day [n] (-1: none yet), the day each was taken over [n], and, by day, how many of
    those who had a label the day before have another one now."""

    codes: Codes
    since: Ints
    changes: dict[int, int]


class Walk:
    """Everybody's code of each day by the edges that have reached them, worked out anew only for whom it can differ.

    `joined` [n]: the first day on which somebody is a customer; before it the code is -1. `code_of(who, quarter)`:
    codes of some customers on the present day by the edges of a quarter, told by the number of its first day.
    """

    def __init__(self, own_day: Ints, joined: Ints, code_of: Callable[[Ints, int], Codes]) -> None:
        self._own_day, self._joined, self._code_of = own_day, joined, code_of
        self._by_own_day = np.split(np.argsort(own_day, kind="stable"), np.cumsum(np.bincount(own_day)))
        self._codes = np.full(len(own_day), -1, dtype=np.int8)
        self._has_begun = False

    def on(self, day: int, touched: Ints) -> Codes:
        """The codes of a day, later than the one before; `touched`: whose measures may be other ones since. The array
        is the same one every day."""
        begins = quarter_start(date_of(day))
        passed = day - day_number(begins)
        who = np.arange(len(self._codes))
        if self._has_begun:
            who = np.append(touched, self._by_own_day[passed]) if passed < len(self._by_own_day) else touched
        self._has_begun = True
        who = who[self._joined[who] <= day]
        is_reached = passed >= self._own_day[who]
        for quarter, some in ((begins, who[is_reached]), (quarter_before(begins), who[~is_reached])):
            if len(some):
                self._codes[some] = self._code_of(some, day_number(quarter))
        return self._codes


def settle(days: Iterable[int], codes_on: Callable[[int], Codes], patience: Ints) -> Settled:
    """Walk over consecutive days. `codes_on(day)` gives everybody's code of that day alone, -1 for not a customer yet;
    `patience` [n]: how many days a code must hold.

    Raises ValueError without a single day.
    """
    codes, since, before = np.empty(0, dtype=np.int8), np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int8)
    stands_since = since
    due: dict[int, list[Ints]] = {}  # whose code of the day will have held long enough, if it does not change
    changes: dict[int, int] = {}
    for day in days:
        today = codes_on(day)
        if not changes:
            codes, before = today.copy(), today.copy()
            since, stands_since = np.full(len(today), day), np.full(len(today), day)
            changes[day] = 0
            continue
        moved = np.flatnonzero(today != before)
        before[moved], stands_since[moved] = today[moved], day
        is_new = codes[moved] < 0
        codes[moved[is_new]], since[moved[is_new]] = today[moved[is_new]], day
        for length in PATIENCE:
            due.setdefault(day + length - 1, []).append(moved[~is_new & (patience[moved] == length)])
        held = np.concatenate(due.pop(day, [moved[:0]]))
        held = held[(day - stands_since[held] + 1 == patience[held]) & (today[held] != codes[held])]
        codes[held], since[held] = today[held], day
        changes[day] = len(held)
    if not changes:
        raise ValueError("A label can only settle over days: none was given.")
    return Settled(codes, since, changes)
