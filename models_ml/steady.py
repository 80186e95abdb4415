"""Hysteresis: a label that must hold for some days before it is taken over, so that nobody flips for a day.

A customer's first label counts at once. From then on a new one is taken over when it has held for some days in a row,
at least three, so every label is kept for three days at least. How many is the customer's own number, the same for
good: buyers of one sale reach an edge together, and would all change on one day. It is 3 to 10 days where something was
done, and 3 to 28 where only time has passed: a purchase happens on a day, but nobody falls silent on one. The label in
force is thus that of the latest run of equal days that was long enough, which is why it can be computed for any day
from the days before it, whatever was published then.

Edges are re-set once a quarter. If that reached everybody on one day, a third of the customers could move overnight
without having done anything, so it reaches each customer on a day of the quarter of their own.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.history import Ints, date_of, day_number, quarter_before, quarter_start

AFTER_A_DEED = range(3, 11)  # days
BY_SILENCE = range(3, 29)
QUARTER_DAYS = 90  # the shortest quarter

Codes = NDArray[np.int8]


@dataclass(frozen=True)
class Own:
    """What is each customer's own [n], spread evenly and the same for good: the day of a quarter (0 to 89) on which its
    edges reach them, and how many days a new label must hold (one of AFTER_A_DEED, one of BY_SILENCE)."""

    day: Ints
    after_a_deed: Ints
    by_silence: Ints

    @classmethod
    def of(cls, customer_ids: NDArray[np.object_]) -> "Own":
        """From the ids alone."""
        drawn = pd.util.hash_array(customer_ids, categorize=False)
        day, rest = drawn % QUARTER_DAYS, drawn // QUARTER_DAYS
        quick, rest = rest % len(AFTER_A_DEED), rest // len(AFTER_A_DEED)
        slow = rest % len(BY_SILENCE)
        return cls(
            day.astype(np.int64),
            AFTER_A_DEED[0] + quick.astype(np.int64),
            BY_SILENCE[0] + slow.astype(np.int64),
        )


class Walk:
    """The codes of each day by the edges that have reached everybody, worked out anew only for whom they can differ.

    `joined` [n]: the first day on which somebody is a customer; before it nobody has a code. `code_of(who, quarter)`:
    codes of some customers on the present day by the edges of a quarter, told by the number of its first day.
    """

    def __init__(self, own_day: Ints, joined: Ints, code_of: Callable[[Ints, int], Codes]) -> None:
        self._own_day, self._joined, self._code_of = own_day, joined, code_of
        self._by_own_day = np.split(np.argsort(own_day, kind="stable"), np.cumsum(np.bincount(own_day)))
        self._has_begun = False

    def on(self, day: int, touched: Ints) -> tuple[Ints, Codes]:
        """Whose codes may be others than on the day before, and their codes of the day (later than the one before);
        `touched`: whose measures may be other ones since."""
        begins = quarter_start(date_of(day))
        passed = day - day_number(begins)
        who = np.arange(len(self._joined))
        if self._has_begun:
            reached = self._by_own_day[passed] if passed < len(self._by_own_day) else touched[:0]
            who = np.unique(np.append(touched, reached))
        self._has_begun = True
        who = who[self._joined[who] <= day]
        codes = np.empty(len(who), dtype=np.int8)
        is_reached = passed >= self._own_day[who]
        for quarter, some in ((begins, is_reached), (quarter_before(begins), ~is_reached)):
            if some.any():
                codes[some] = self._code_of(who[some], day_number(quarter))
        return who, codes


class Settling:
    """Labels carried forward from day to day.

    `codes` [n]: the label in force (-1: none yet), `since` [n]: the day on which it was taken over, `changes`: by day,
    how many of those who had a label the day before have another one now.
    """

    def __init__(self, size: int) -> None:
        self.codes, self.since = np.full(size, -1, dtype=np.int8), np.zeros(size, dtype=np.int64)
        self.changes: dict[int, int] = {}
        self._today = self.codes.copy()
        self._patience = np.zeros(size, dtype=np.int32)  # for how long today's code must hold
        self._due = np.zeros(size, dtype=np.int32)  # the day on which it will have

    def on(self, day: int, walked: tuple[Ints, Codes], patience: Ints) -> None:
        """Let a day begin, the one after the day before. `walked`: some customers, everybody among them whose code is
        another since, and their codes; `patience`: how many days those must hold, of the same customers. Whoever was
        about to leave a label sooner does so: a buyer is not called lost for longer because a quarter began."""
        who, today = walked
        is_other = today != self._today[who]
        moved, today, patience = who[is_other], today[is_other], patience[is_other]
        is_leaving = self._today[moved] != self.codes[moved]
        patience = np.where(is_leaving, np.minimum(patience, self._patience[moved]), patience)
        self._today[moved], self._patience[moved], self._due[moved] = today, patience, day + patience - 1
        is_new = self.codes[moved] < 0
        self._take_over(moved[is_new], day)
        held = np.flatnonzero(self._due == day)
        held = held[self._today[held] != self.codes[held]]
        self._take_over(held, day)
        self.changes[day] = len(held)

    def _take_over(self, who: Ints, day: int) -> None:
        self.codes[who], self.since[who] = self._today[who], day
