"""RFM's named groups from day to day: edges that are set when a quarter begins, and some days of patience.

Fifths that are cut afresh every day move people who did nothing: somebody else bought. Here the thresholds of `rfm` are
those of a quarter's first day, and a new group is taken over when it has held for some days (`steady`). What the
groups are stands in `rfm`.
"""

from copy import copy
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml import rfm
from models_ml.history import Floats, History, Ints, date_of, day_number, quarters_behind
from models_ml.steady import Codes, Own, Settling, Walk
from models_ml.windows import MovingSums, by_day

WARM_UP = 90  # days in which enough equal ones in a row are found
ENOUGH = 100  # buyers, for edges to be held for a quarter
EVER = 1_000_000  # days
EIGHT = len(rfm.SEGMENTS_8)

Measures = tuple[Floats, Floats, Floats]


@dataclass(frozen=True)
class Log:
    """Orders and refunds (customer_id, refund_date, refund_amount), of one currency."""

    history: History
    refunds: pd.DataFrame
    currency_code: str


class Buyers:
    """Recency, frequency and spend of the customers of a log, carried forward day by day."""

    def __init__(self, known: History, refunds: pd.DataFrame) -> None:
        place, refunded_on, back = known.refunds_of(refunds)
        amounts = np.column_stack([known.orders, known.cents])
        amounts = np.vstack([amounts, np.column_stack([np.zeros_like(back), -back])])
        self._sums = MovingSums(
            len(known),
            np.concatenate([known.customer, place]),
            np.concatenate([known.day, refunded_on]),
            amounts,
            None,
        )
        order = by_day(known.day)
        self._days, self._who = known.day[order], known.customer[order]
        self._last, self._done, self._day = np.full(len(known), -EVER), 0, 0

    def again(self) -> "Buyers":
        """The same from the beginning."""
        fresh = copy(self)
        fresh._sums = self._sums.again()
        fresh._last, fresh._done = np.full_like(self._last, -EVER), 0
        return fresh

    def on(self, day: int) -> Measures:
        """As they are when a day begins, larger is better (`rfm.learn`); nobody's last order is EVER days ago."""
        self._day = day
        upto = int(np.searchsorted(self._days, day))
        part = slice(self._done, upto)
        self._last[self._who[part]] = self._days[part]  # by day: the latest is written last
        self._done = max(self._done, upto)
        self._sums.advance(day)
        return self.measures(np.arange(len(self._last)))

    def measures(self, who: Ints) -> Measures:
        """The same of some, on the present day."""
        orders, cents = self._sums.sums[who].T
        return (self._last[who] - self._day).astype(np.float64), orders.astype(np.float64), cents / 100

    def did_something(self, who: Ints) -> NDArray[np.bool_]:
        """Which of them bought on the latest day."""
        return self._last[who] == self._day - 1

    def touched(self, silences: Ints) -> Ints:
        """Who did something on the latest day, or has been silent for one of so many days."""
        return np.append(self._sums.touched, np.flatnonzero(np.isin(self._day - self._last, silences)))


def score(log: Log, as_of: date) -> pd.DataFrame:
    """One row per customer who bought before as_of: customer_id, as_of_date, segment, segment_8. Raises
    rfm.NobodyHasBought."""
    known, walks = settled(log, as_of)
    names = {"segment": rfm.SEGMENTS, "segment_8": rfm.SEGMENTS_8}
    told = {column: np.array(names[column], dtype=object)[walk.codes] for column, walk in walks.items()}
    return pd.DataFrame({"customer_id": known.customer_ids, "as_of_date": as_of, **told})


def settled(log: Log, as_of: date, warm_up: int = WARM_UP) -> tuple[History, dict[str, Settling]]:
    """The groups in force on as_of (places in rfm.SEGMENTS and rfm.SEGMENTS_8), by `segment` and `segment_8`, of the
    customers of the history that is returned. Raises rfm.NobodyHasBought."""
    known = log.history.before(as_of)
    days = range(day_number(as_of) - warm_up, day_number(as_of) + 1)
    buyers, own = Buyers(known, log.refunds), Own.of(known.customer_ids)
    taught = _taught(buyers.again(), days, log.currency_code)
    # A score of recency is lost on the day after the last one that reaches its edge.
    silences = np.unique([1 - edge for each in taught.values() for edge in each.recency_edges if np.isfinite(edge)])

    def code_of(who: Ints, quarter: int) -> Codes:
        """Both groups in one number."""
        place, place_of_8 = rfm.groups(taught[quarter], buyers.measures(who))
        return (place * EIGHT + place_of_8).astype(np.int8)

    walk = Walk(own.day, known.day[known.first] + 1, code_of)
    told = {"segment": Settling(len(known)), "segment_8": Settling(len(known))}
    for day in days:
        buyers.on(day)
        who, both = walk.on(day, buyers.touched(silences.astype(np.int64)))
        patience = np.where(buyers.did_something(who), own.after_a_deed[who], own.by_silence[who])
        told["segment"].on(day, (who, both // EIGHT), patience)
        told["segment_8"].on(day, (who, both % EIGHT), patience)
    return known, told


def _taught(buyers: Buyers, days: range, currency_code: str) -> dict[int, rfm.RfmThresholds]:
    """The thresholds of each quarter, learnt on its first day, or, where fewer than ENOUGH had bought by then, on the
    last of the days."""
    found, last = {}, days[-1]
    quarters = [day_number(quarter) for quarter in quarters_behind(date_of(days[0]), date_of(last))]
    for day in [*quarters, last]:
        measures = buyers.on(day)
        has_bought = measures[1] >= 1
        if has_bought.sum() >= ENOUGH or day == last:
            recency, frequency, monetary = (measure[has_bought] for measure in measures)
            found[day] = rfm.learn((recency, frequency, monetary), currency_code)
    return {quarter: found.get(quarter, found[last]) for quarter in quarters}
