"""RFM's named groups from day to day: edges that are set when a quarter begins, and three days of patience.

Fifths that are cut afresh every day move people who did nothing: somebody else bought. Here the thresholds of `rfm` are
those of a quarter's first day, and a new group is taken over when it has held for three days (`steady`). What the
groups are stands in `rfm`.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from models_ml import rfm
from models_ml.history import Floats, History, Ints, date_of, day_number, days_of, quarters_behind
from models_ml.steady import Codes, Settled, by_own_edges, own_days, settle
from models_ml.windows import MovingSums

WARM_UP = 10  # days in which three equal ones are found
ENOUGH = 100  # buyers, for edges to be held for a quarter
EVER = 1_000_000  # days

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
        place = pd.Index(known.customer_ids).get_indexer(pd.Index(refunds["customer_id"]))
        back = np.rint(refunds["refund_amount"].to_numpy(dtype="float64") * 100).astype(np.int64)
        amounts = np.column_stack([known.orders, known.cents])
        amounts = np.vstack([amounts, np.column_stack([np.zeros_like(back), -back])[place >= 0]])
        self._sums = MovingSums(
            len(known),
            np.concatenate([known.customer, place[place >= 0]]),
            np.concatenate([known.day, days_of(refunds["refund_date"])[place >= 0]]),
            amounts,
            EVER,
        )
        self._order = np.argsort(known.day, kind="stable")
        self._days, self._who = known.day[self._order], known.customer[self._order]
        self._last, self._done = np.full(len(known), -EVER), 0

    def on(self, day: int) -> Measures:
        """As they are when a day begins, larger is better (`rfm.learn`); nobody's last order is EVER days ago."""
        upto = int(np.searchsorted(self._days, day))
        part = slice(self._done, upto)
        self._last[self._who[part]] = self._days[part]  # by day: the latest is written last
        self._done = max(self._done, upto)
        orders, cents = self._sums.advance(day).T
        return (self._last - day).astype(np.float64), orders.astype(np.float64), cents / 100


def score(log: Log, as_of: date) -> pd.DataFrame:
    """One row per customer who bought before as_of: customer_id, as_of_date, segment, segment_8. Raises
    rfm.NobodyHasBought."""
    known, walks = settled(log, as_of)
    names = {"segment": rfm.SEGMENTS, "segment_8": rfm.SEGMENTS_8}
    told = {column: np.array(names[column], dtype=object)[walk.codes] for column, walk in walks.items()}
    return pd.DataFrame({"customer_id": known.customer_ids, "as_of_date": as_of, **told})


def settled(log: Log, as_of: date, warm_up: int = WARM_UP) -> tuple[History, dict[str, Settled]]:
    """The groups in force on as_of (places in rfm.SEGMENTS and rfm.SEGMENTS_8), by `segment` and `segment_8`, of the
    customers of the history that is returned. Raises rfm.NobodyHasBought."""
    known = log.history.before(as_of)
    days = range(day_number(as_of) - warm_up, day_number(as_of) + 1)
    taught = _taught(log, known, days, as_of)
    buyers, own_day = Buyers(known, log.refunds), own_days(known.customer_ids)
    joined = known.day[known.first] + 1
    walks: dict[str, dict[int, Codes]] = {"segment": {}, "segment_8": {}}
    for day in days:
        found = _codes(buyers.on(day), day, taught, own_day)
        for column, codes in zip(walks, found, strict=True):
            walks[column][day] = np.where(joined > day, np.int8(-1), codes)
    return known, {column: settle(days, walk.__getitem__) for column, walk in walks.items()}


def _taught(log: Log, known: History, days: range, as_of: date) -> dict[int, rfm.RfmThresholds]:
    """The thresholds of each quarter, learnt on its first day, or, where fewer than ENOUGH had bought by then, on as_of
    itself."""
    buyers, found = Buyers(known, log.refunds), {}
    quarters = [day_number(quarter) for quarter in quarters_behind(date_of(days[0]), as_of)]
    for day in [*quarters, day_number(as_of)]:
        measures = buyers.on(day)
        has_bought = measures[1] >= 1
        if has_bought.sum() >= ENOUGH or day == day_number(as_of):
            recency, frequency, monetary = (measure[has_bought] for measure in measures)
            found[day] = rfm.learn((recency, frequency, monetary), log.currency_code)
    return {quarter: found.get(quarter, found[day_number(as_of)]) for quarter in quarters}


def _codes(measures: Measures, day: int, taught: dict[int, rfm.RfmThresholds], own_day: Ints) -> tuple[Codes, Codes]:
    """Places in SEGMENTS and SEGMENTS_8 by everybody's own edges."""
    grouped = {quarter: rfm.groups(thresholds, measures) for quarter, thresholds in taught.items()}

    def by_own(which: int) -> Codes:
        return by_own_edges(day, own_day, lambda quarter: grouped[quarter][which].astype(np.int8))

    return by_own(0), by_own(1)
