"""What a buy-till-you-die model may know of a customer: three numbers, and how many customers share them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# So many keys, and so many a customer, can be counted in a table; more are sorted.
FEW_KEYS, FEW_A_CUSTOMER = 1 << 23, 16


@dataclass(frozen=True)
class Histories:
    """One row a customer (Fader, Hardie, Lee, *Marketing Science* 24, 2005, section 2).

    `repeats`: order days after the first one (orders of one day are one). `last`: time from the first to the last
    order day. `observed`: time from the first order day to the end of observation. Times in any one unit, days here.
    Raises ValueError when 0 <= last <= observed or repeats >= 0 does not hold, or a single buyer has a last above 0.
    """

    repeats: Floats
    last: Floats
    observed: Floats

    def __post_init__(self) -> None:
        lengths = {len(self.repeats), len(self.last), len(self.observed)}
        if len(lengths) != 1:
            raise ValueError(f"repeats, last and observed must be equally long, not {sorted(lengths)}.")
        whole = np.isfinite(self.repeats) & np.isfinite(self.last) & np.isfinite(self.observed)
        possible = (self.repeats >= 0) & (self.last >= 0) & (self.last <= self.observed)
        consistent = (self.repeats > 0) | (self.last == 0)
        wrong = int((~(whole & possible & consistent)).sum())
        if wrong:
            raise ValueError(
                f"{wrong} histories are impossible: repeats must be 0 or more and 0 <= last <= observed, with last 0 "
                "where nobody came back. Are orders after the end of observation among them?"
            )

    def __len__(self) -> int:
        return len(self.repeats)

    def take(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> "Histories":
        """Some of the customers."""
        return Histories(self.repeats[rows], self.last[rows], self.observed[rows])

    def in_units_of(self, unit: float) -> "Histories":
        """The same with times divided by `unit`."""
        return Histories(self.repeats, self.last / unit, self.observed / unit)

    def distinct(self) -> tuple["Histories", Floats, NDArray[np.intp]]:
        """The distinct rows, how many customers share each, and the place of each customer's row among them.

        Days are whole numbers, so a million customers have some hundred thousand distinct histories; a likelihood
        needs each once. Found once and kept.
        """
        return self._distinct

    @cached_property
    def _distinct(self) -> tuple["Histories", Floats, NDArray[np.intp]]:
        keys = self._keys()
        if keys is None:
            order = np.lexsort((self.last, self.observed, self.repeats))
            ordered = self.take(order)
            is_new = np.ones(len(order), dtype=bool)
            is_new[1:] = (
                (np.diff(ordered.repeats) != 0) | (np.diff(ordered.observed) != 0) | (np.diff(ordered.last) != 0)
            )
            first, place = order[is_new], np.empty(len(order), dtype=np.intp)
            place[order] = np.cumsum(is_new) - 1
        elif int(keys.max(initial=0)) < min(FEW_KEYS, FEW_A_CUSTOMER * len(keys)):
            counted = np.bincount(keys)
            place = (np.cumsum(counted > 0) - 1)[keys]
            first = np.empty(int(place.max(initial=-1)) + 1, dtype=np.intp)
            first[place] = np.arange(len(keys))
        else:
            _, first, place = np.unique(keys, return_index=True, return_inverse=True)
        return self.take(first), np.bincount(place, minlength=len(first)).astype(float), place

    def _keys(self) -> NDArray[np.int64] | None:
        """One whole number a history, in the order of repeats, observed, last; None where times are not whole."""
        if not (len(self) and all((part == np.floor(part)).all() for part in (self.repeats, self.last, self.observed))):
            return None
        days = int(self.observed.max()) + 1
        if (float(self.repeats.max()) + 1) * days**2 > 2**62:
            return None
        repeats, observed, last = (part.astype(np.int64) for part in (self.repeats, self.observed, self.last))
        return (repeats * days + observed) * days + last


def on_distinct(values: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """The distinct values of an array of whole numbers, and the place of each element among them.

    Gamma functions are dear and counts repeat: they are computed on a hundred values, not on a million.
    """
    counts = values.astype(np.intp)
    present = np.bincount(counts) > 0
    place = np.cumsum(present) - 1
    return np.flatnonzero(present).astype(float), place[counts]
