"""What visits tell of a customer at a cutoff: who looked around of late is likelier to order soon.

Here belong the days on which customers visited (a website, an app; a log that only some companies have) and the few
features made of them. They do not drift: none looks back further than RECENT days. A visit counts from the day on which
it was known whose it was, because a visitor often says so later.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.btyd.histories import Floats

INPUTS = ("customer_id", "visit_date", "known_date")
RECENT = 90  # days
WINDOWS = (7, 30, RECENT)
NAMES = (*(f"visit_days_{window}d" for window in WINDOWS), "days_since_visit", "has_visited_since_order")


@dataclass(frozen=True)
class Visits:
    """Days on which customers visited and on which that became known, sorted by day; a visit may be told twice.
    `customer` numbers the `customer_count` customers of the log of orders, `day` and `known` count days as it does."""

    customer_count: int
    customer: NDArray[np.int64]
    day: NDArray[np.int64]
    known: NDArray[np.int64]

    @classmethod
    def of(cls, frame: pd.DataFrame, customer_ids: NDArray[np.object_], first_day: pd.Timestamp) -> "Visits":
        """From a frame with the columns INPUTS (dates), in any order; visits of those who never ordered do not count.

        Raises ValueError when a column is missing.
        """
        missing = [name for name in INPUTS if name not in frame.columns]
        if missing:
            raise ValueError(f"A log of visits needs the columns {', '.join(missing)}.")
        who = pd.Index(customer_ids).get_indexer(pd.Index(frame["customer_id"]))
        day, known = (_numbers(frame[name], first_day) for name in INPUTS[1:])
        order = np.argsort(day, kind="stable")
        every = cls(len(customer_ids), who[order].astype(np.int64), day[order], known[order])
        return every._only(every.customer >= 0)

    def some(self, keep: NDArray[np.int64]) -> "Visits":
        """Of some customers (ascending), who are numbered by their places in `keep`."""
        mine = self._only(np.isin(self.customer, keep))
        return Visits(len(keep), np.searchsorted(keep, mine.customer), mine.day, mine.known)

    def before(self, cutoff: int) -> "Visits":
        """Those known of when a day began."""
        return self._only((self.day < cutoff) & (self.known < cutoff))

    def features(self, cutoff: int, recency: Floats, customers: NDArray[np.int64]) -> dict[str, Floats]:
        """The features NAMES at a cutoff of `customers` (numbers), whose last order was `recency` days ago, (n,) each;
        counts and days as logarithms. Without a visit in RECENT days the last one is taken to be a day longer ago."""
        rows = slice(*np.searchsorted(self.day, [cutoff - RECENT, cutoff]))
        is_known = self.known[rows] < cutoff
        who, ago = self.customer[rows][is_known], cutoff - self.day[rows][is_known]
        # Two visits of a day are one day.
        who, ago = np.divmod(np.unique(who * (RECENT + 1) + ago), RECENT + 1)
        last = np.full(self.customer_count, RECENT + 1)
        np.minimum.at(last, who, ago)
        since = last[customers].astype(float)
        has_visited_since = (since <= RECENT) & (since < recency)
        counts = [np.bincount(who[ago <= window], minlength=self.customer_count)[customers] for window in WINDOWS]
        columns = [*(np.log1p(count) for count in counts), np.log1p(since), has_visited_since.astype(float)]
        return dict(zip(NAMES, columns, strict=True))

    def _only(self, which: NDArray[np.bool_]) -> "Visits":
        return Visits(self.customer_count, self.customer[which], self.day[which], self.known[which])


def _numbers(dates: pd.Series, first_day: pd.Timestamp) -> NDArray[np.int64]:
    days = pd.to_datetime(dates).to_numpy().astype("datetime64[D]")
    return (days - np.datetime64(first_day, "D")).astype(np.int64)
