"""A log of orders, cut at any day: who had bought, what a buy-till-you-die model may know, and what came after.

Here belongs the one way in which orders become numbers for the models of value and churn. Nothing on or after the
cutoff is read for what was known at it. Where the log comes from is the business of the caller.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.btyd.histories import Floats, Histories
from models_ml.refusal import Refused
from models_ml.visits import Visits

PARTS, MOST_MONEY = 10_000, 1e14
COLUMNS = ("customer_id", "ordered_at", "amount")


@dataclass(frozen=True)
class OrderLog:
    """Rows of one customer and day, sorted by customer and day.

    `customer` numbers the `customer_ids`, in an order that follows from what customers did and not from their ids.
    `day` counts days from `first_day`; `orders` is the number of orders of that day, `sold` what they cost, `returned`
    what was given back that day (0 or more). Sums up to each row stand in the `so_far_` arrays, one longer than the
    rows, so that any window is a difference. Money in them is counted in whole ten-thousandths: differences of sums of
    fractions would depend on who stands before in the log. `visits` are those of the same customers, where a company
    has a log of them.
    """

    customer_ids: NDArray[np.object_]
    first_day: pd.Timestamp
    customer: NDArray[np.int64]
    day: NDArray[np.int64]
    so_far_days: NDArray[np.int64]
    so_far_orders: NDArray[np.int64]
    so_far_sold: NDArray[np.int64]
    so_far_returned: NDArray[np.int64]
    visits: Visits | None = None

    def number_of(self, day: pd.Timestamp) -> int:
        """How many days after the first day of the log a day lies."""
        return int((day.normalize() - self.first_day).days)

    def places(self, cutoff: int) -> NDArray[np.intp]:
        """For every customer the row from which on `day >= cutoff`, (customers,)."""
        later = np.bincount(self.customer[self.day >= cutoff], minlength=len(self.customer_ids))
        return self._ends - later

    @cached_property
    def _ends(self) -> NDArray[np.intp]:
        return np.cumsum(np.bincount(self.customer, minlength=len(self.customer_ids)))

    def some(self, most: int) -> "OrderLog":
        """The log of at most so many customers, evenly taken from all in the order of their numbers."""
        count = len(self.customer_ids)
        if count <= most:
            return self
        keep = np.linspace(0, count - 1, most).astype(np.int64)
        rows = self._rows(np.isin(self.customer, keep))
        rows["customer"] = np.searchsorted(keep, rows["customer"])
        visits = self.visits.some(keep) if self.visits else None
        return replace(_summed(self.customer_ids[keep], self.first_day, rows), visits=visits)

    def before(self, cutoff: int) -> "OrderLog":
        """The log as it was when the day number `cutoff` began, customers numbered alike."""
        visits = self.visits.before(cutoff) if self.visits else None
        return replace(_summed(self.customer_ids, self.first_day, self._rows(self.day < cutoff)), visits=visits)

    def _rows(self, which: NDArray[np.bool_]) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "customer": self.customer[which],
                "day": self.day[which],
                "orders": np.diff(self.so_far_orders)[which],
                "sold": np.diff(self.so_far_sold)[which],
                "returned": np.diff(self.so_far_returned)[which],
            }
        )


@dataclass(frozen=True)
class Snapshot:
    """What was known when the day `cutoff` began, of the customers who had ordered: one element a customer.

    `customers` are their numbers in the log. `orders` and `order_days` count; `sold` and `returned` are money;
    `from_row` and `to_row` are where their rows begin and end in the log.
    """

    cutoff: int
    customers: NDArray[np.int64]
    histories: Histories
    orders: Floats
    sold: Floats
    returned: Floats
    from_row: NDArray[np.intp]
    to_row: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.customers)

    @property
    def recency(self) -> Floats:
        """Days since the last order day; the day before the cutoff is 1 day ago."""
        return self.histories.observed - self.histories.last

    @property
    def net(self) -> Floats:
        """Money spent, less what was given back."""
        return self.sold - self.returned


@dataclass(frozen=True)
class Outcome:
    """What the customers of a snapshot did in the horizon from its cutoff on."""

    order_days: Floats
    orders: Floats
    net: Floats

    @property
    def bought(self) -> Floats:
        """1 where an order came, else 0."""
        return (self.orders > 0).astype(float)


def order_log(frame: pd.DataFrame, visits: pd.DataFrame | None = None) -> OrderLog:
    """Read a frame of customer_id, ordered_at (moments) and amount (below 0: money given back), and one of visits
    (`visits.INPUTS`), which may be empty; None: no visits are known of here.

    Rows without a customer are guests and are left out. Raises Refused when a column is missing, a moment or an
    amount is empty or impossible, or no row is left.
    """
    missing = [name for name in COLUMNS if name not in frame.columns]
    if missing:
        raise Refused(
            f"The log of orders lacks {', '.join(missing)}: it needs {', '.join(COLUMNS)}.",
            f"订单记录缺少 {'、'.join(missing)} 列：需要 {'、'.join(COLUMNS)}。",
        )
    known = frame.loc[frame["customer_id"].notna(), list(COLUMNS)]
    moments = pd.to_datetime(known["ordered_at"], errors="coerce", utc=True, format="ISO8601").dt.tz_localize(None)
    amounts = pd.to_numeric(known["amount"], errors="coerce").to_numpy(dtype=float)
    for name, wrong in (("ordered_at", moments.isna().to_numpy()), ("amount", ~np.isfinite(amounts))):
        if wrong.any():
            raise Refused(
                f"{name} is empty or unreadable in {int(wrong.sum())} of {len(known)} rows: mend them.",
                f"{len(known)} 行中有 {int(wrong.sum())} 行的 {name} 为空或无法读取，请修正。",
            )
    if known.empty or not (amounts >= 0).any():
        raise Refused(
            "The log holds no order of a known customer, so there is nothing to learn from.",
            "记录中没有已知客户的订单，无从学习。",
        )
    if np.abs(amounts).sum() > MOST_MONEY:
        raise Refused(
            f"The amounts add up to more than {MOST_MONEY:.0e}: give them in a larger unit.",
            f"金额合计超过 {MOST_MONEY:.0e}，请改用更大的单位。",
        )
    parts = np.round(amounts * PARTS).astype(np.int64)
    days = moments.dt.normalize()
    first_day = days.min()
    day = (days - first_day).dt.days.to_numpy()
    codes, ids = pd.factorize(known["customer_id"].astype(str))
    order = np.argsort(_digests(codes, day, parts), kind="stable")
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    rows = pd.DataFrame(
        {
            "customer": number[codes],
            "day": day,
            "orders": (amounts >= 0).astype(np.int64),
            "sold": np.maximum(parts, 0),
            "returned": np.maximum(-parts, 0),
        }
    )
    rows = rows.sort_values(["customer", "day"], ignore_index=True)
    log = _summed(np.asarray(ids, dtype=object)[order], first_day, rows)
    return log if visits is None else replace(log, visits=Visits.of(visits, log.customer_ids, first_day))


def _digests(codes: NDArray[np.intp], day: NDArray[np.integer], parts: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Of each customer a number made of days and amounts alone: equal for equal histories, else as good as random.

    The finaliser of Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
    """
    mixed = day.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + parts.astype(np.uint64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    found = np.zeros(int(codes.max()) + 1, dtype=np.uint64)
    np.add.at(found, codes, mixed)
    return found


def _summed(ids: NDArray[np.object_], first_day: pd.Timestamp, rows: pd.DataFrame) -> OrderLog:
    customer, day = rows["customer"].to_numpy(np.int64), rows["day"].to_numpy(np.int64)
    is_new = np.ones(len(rows), dtype=bool)
    is_new[1:] = (np.diff(customer) != 0) | (np.diff(day) != 0)
    starts = np.flatnonzero(is_new)
    orders = np.add.reduceat(rows["orders"].to_numpy(np.int64), starts)
    return OrderLog(
        customer_ids=ids,
        first_day=first_day,
        customer=customer[starts],
        day=day[starts],
        so_far_days=_so_far((orders > 0).astype(np.int64)),
        so_far_orders=_so_far(orders),
        so_far_sold=_so_far(np.add.reduceat(rows["sold"].to_numpy(np.int64), starts)),
        so_far_returned=_so_far(np.add.reduceat(rows["returned"].to_numpy(np.int64), starts)),
    )


def snapshot(log: OrderLog, cutoff: int) -> Snapshot:
    """Everybody who had ordered before the day number `cutoff`. Raises Refused when nobody had."""
    begin, end = log.places(0), log.places(cutoff)
    customers = np.flatnonzero(log.so_far_days[end] > log.so_far_days[begin])
    if len(customers) == 0:
        raise Refused(
            f"Nobody had ordered before day {cutoff} of the log.", f"记录的第 {cutoff} 天之前没有任何客户下单。"
        )
    begin, end = begin[customers], end[customers]
    # The rows of days with an order, and the day of each: returns open and close no history.
    bought = np.flatnonzero(np.diff(log.so_far_days) > 0)
    first = log.day[bought[log.so_far_days[begin]]]
    last = log.day[bought[log.so_far_days[end] - 1]]
    order_days = (log.so_far_days[end] - log.so_far_days[begin]).astype(float)
    return Snapshot(
        cutoff=cutoff,
        customers=customers,
        histories=Histories(order_days - 1, (last - first).astype(float), (cutoff - first).astype(float)),
        orders=(log.so_far_orders[end] - log.so_far_orders[begin]).astype(float),
        sold=_money(log.so_far_sold[end] - log.so_far_sold[begin]),
        returned=_money(log.so_far_returned[end] - log.so_far_returned[begin]),
        from_row=begin,
        to_row=end,
    )


def outcome(log: OrderLog, of: Snapshot, horizon: int) -> Outcome:
    """What came in the days cutoff .. cutoff + horizon - 1. The caller knows whether they are all in the log."""
    end = log.places(of.cutoff + horizon)[of.customers]
    return Outcome(
        order_days=(log.so_far_days[end] - log.so_far_days[of.to_row]).astype(float),
        orders=(log.so_far_orders[end] - log.so_far_orders[of.to_row]).astype(float),
        net=net_between(log, of.to_row, end),
    )


def net_between(log: OrderLog, begin: NDArray[np.intp], end: NDArray[np.intp]) -> Floats:
    """Money spent less money given back in the rows begin .. end - 1 of each customer, (n,)."""
    sold, returned = (
        log.so_far_sold[end] - log.so_far_sold[begin],
        log.so_far_returned[end] - log.so_far_returned[begin],
    )
    return _money(sold - returned)


def _money(parts: NDArray[np.int64]) -> Floats:
    return parts / PARTS


def _so_far(values: NDArray[np.generic]) -> NDArray:
    return np.concatenate([np.zeros(1, dtype=values.dtype), np.cumsum(values)])


def rolling_cutoffs(first: int, last: int, step: int, most: int) -> Sequence[int]:
    """At most `most` cutoffs, `step` days apart, the newest `last` and none before `first`; newest first."""
    return list(range(last, first - 1, -step))[:most]
