"""Hysteresis: a label that must hold for three days before it is taken over, so that nobody flips for a day.

A customer's first label counts at once. From then on a new one is taken over on the third day in a row on which it
holds, so every label is kept for three days at least. Equivalently, the label in force is that of the latest three
equal days in a row, which is why it can be computed for any day from the days before it, whatever was published then.

Edges are re-set once a quarter. If that reached everybody on one day, a third of the customers could move overnight
without having done anything, so it reaches each customer on a day of the quarter of their own.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.history import Ints, date_of, day_number, quarter_before, quarter_start

PATIENCE = 3  # days
QUARTER_DAYS = 90  # the shortest quarter

Codes = NDArray[np.int8]


@dataclass(frozen=True)
class Settled:
    """Codes in force on the last day [n] (-1: none yet), the day each was taken over [n], and, by day, how many of
    those who had a label the day before have another one now."""

    codes: Codes
    since: Ints
    changes: dict[int, int]


def own_days(customer_ids: NDArray[np.object_]) -> Ints:
    """Days after the beginning of a quarter on which its edges reach each customer, 0 to 89, evenly spread and the same
    for good."""
    return (pd.util.hash_array(customer_ids, categorize=False) % QUARTER_DAYS).astype(np.int64)


def by_own_edges(day: int, own_day: Ints, codes_in: Callable[[int], Codes]) -> Codes:
    """Codes on a day, of those whom the quarter has reached by its edges, of the others by those of the quarter before.
    `codes_in(quarter)`: codes on that day by the edges of a quarter, told by the number of its first day."""
    begins = quarter_start(date_of(day))
    reached = day - day_number(begins) >= own_day
    return np.where(reached, codes_in(day_number(begins)), codes_in(day_number(quarter_before(begins)))).astype(np.int8)


def settle(days: Iterable[int], codes_on: Callable[[int], Codes]) -> Settled:
    """Walk over consecutive days. `codes_on(day)` gives everybody's code of that day alone, -1 for not a customer yet.

    Raises ValueError without a single day.
    """
    codes, since = np.empty(0, dtype=np.int8), np.empty(0, dtype=np.int64)
    changes: dict[int, int] = {}
    before, lasted = codes, codes
    for day in days:
        today = codes_on(day).copy()
        if not changes:
            codes, since = today.copy(), np.full(len(today), day)
            before, lasted = today, np.ones(len(today), dtype=np.int8)
            changes[day] = 0
            continue
        lasted = np.where(today == before, np.minimum(lasted + 1, PATIENCE), 1).astype(np.int8)
        is_new = (codes < 0) & (today >= 0)
        is_change = (codes >= 0) & (today != codes) & (lasted >= PATIENCE)
        taken = is_new | is_change
        codes[taken], since[taken] = today[taken], day
        changes[day] = int(is_change.sum())
        before = today
    if not changes:
        raise ValueError("A label can only settle over days: none was given.")
    return Settled(codes, since, changes)
