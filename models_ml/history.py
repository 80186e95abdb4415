"""Who bought on which day for how much, as arrays: what the models over order dates stand on.

Here belong the arrays, their order and the arithmetic of days. What is made of them stands with each model.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

INPUTS = ("customer_id", "order_date", "net_revenue")

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class History:
    """Days on which customers bought, sorted by customer and day, one entry a customer and day.

    `customer_ids` [n]: distinct, sorted. `customer` [m]: place in customer_ids. `day` [m]: days since 1970-01-01.
    `cents` [m]: net revenue of the day in hundredths. `orders` [m]: orders of the day. Every customer has an entry.
    """

    customer_ids: NDArray[np.object_]
    customer: Ints
    day: Ints
    cents: Ints
    orders: Ints

    @classmethod
    def of(cls, purchases: pd.DataFrame) -> "History":
        """From one row an order, with the columns INPUTS, in any order; those of one customer and day are added up.

        Raises ValueError when a column is missing or a cell is empty.
        """
        missing = [name for name in INPUTS if name not in purchases.columns]
        if missing:
            raise ValueError(f"A purchase history needs the columns {', '.join(missing)}.")
        if purchases[list(INPUTS)].isna().to_numpy().any():
            raise ValueError(
                "A purchase history has empty cells: every purchase needs a customer, a day and an amount."
            )
        customer, ids = pd.factorize(purchases["customer_id"], sort=True)
        day = days_of(purchases["order_date"])
        cents = np.rint(purchases["net_revenue"].to_numpy(dtype="float64") * 100).astype(np.int64)
        order = np.lexsort((day, customer))
        customer, day, cents = customer[order].astype(np.int64), day[order], cents[order]
        is_first = np.ones(len(day), dtype=bool)
        is_first[1:] = (np.diff(customer) > 0) | (np.diff(day) > 0)
        starts = np.flatnonzero(is_first)
        summed = np.add.reduceat(cents, starts) if len(starts) else cents
        orders = np.diff(np.append(starts, len(day)))
        return cls(np.asarray(ids, dtype=object), customer[starts], day[starts], summed, orders)

    def __len__(self) -> int:
        return len(self.customer_ids)

    def before(self, day: date) -> "History":
        """What was known when a day began: customers without an earlier purchase are not in it."""
        known = self.day < day_number(day)
        if known.all():
            return self
        customer = self.customer[known]
        kept = np.unique(customer)
        place = np.searchsorted(kept, customer)
        return History(self.customer_ids[kept], place, self.day[known], self.cents[known], self.orders[known])

    def refunds_of(self, refunds: pd.DataFrame) -> tuple[Ints, Ints, Ints]:
        """What was given back to these customers: place in customer_ids, day and cents, one entry a refund.

        `refunds`: customer_id, refund_date, refund_amount; those of customers who are not here do not count.
        """
        place = pd.Index(self.customer_ids).get_indexer(pd.Index(refunds["customer_id"]))
        known = refunds[place >= 0]
        cents = np.rint(known["refund_amount"].to_numpy(dtype="float64") * 100).astype(np.int64)
        return place[place >= 0], days_of(known["refund_date"]), cents

    @cached_property
    def first(self) -> Ints:
        """Place of each customer's first entry [n]."""
        return np.append(0, self.last[:-1] + 1)[: len(self)]

    @cached_property
    def last(self) -> Ints:
        """Place of each customer's last entry [n]."""
        return np.cumsum(np.bincount(self.customer, minlength=len(self))) - 1

    @cached_property
    def number(self) -> Ints:
        """How many days a customer had bought before each entry [m], from 0."""
        return np.arange(len(self.customer)) - self.first[self.customer]

    @cached_property
    def gaps(self) -> Ints:
        """Days since the customer's entry before [m]; 0 at the first."""
        return np.where(self.number > 0, np.diff(self.day, prepend=0), 0)


def days_of(dates: pd.Series) -> Ints:
    """Dates of any kind as days since 1970-01-01."""
    return pd.to_datetime(dates).to_numpy().astype("datetime64[D]").astype(np.int64)


def day_number(day: date) -> int:
    return int(np.datetime64(day, "D").astype(np.int64))


def date_of(number: int) -> date:
    found: date = np.datetime64(number, "D").astype(object)
    return found


def dates_of(numbers: Ints) -> NDArray[np.datetime64]:
    return numbers.astype("datetime64[D]").astype("datetime64[s]")


def quarter_start(day: date) -> date:
    """The first day of a day's quarter."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def quarter_numbers(days: Ints) -> Ints:
    """Quarters since January 1970."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) // 3


def quarter_before(day: date) -> date:
    """The first day of the quarter before a day's quarter."""
    start = quarter_start(day)
    return quarter_start(date_of(day_number(start) - 1))


def quarters_behind(first: date, last: date) -> list[date]:
    """The first days of all quarters from that before `first` to that of `last`."""
    found = [quarter_start(last)]
    while found[0] >= quarter_start(first):
        found.insert(0, quarter_before(found[0]))
    return found
