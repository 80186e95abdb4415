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
from models_ml.history import History, Ints, date_of, day_number, days_of, quarters_behind
from models_ml.steady import Codes, Settled, by_own_edges, own_days, settle

WARM_UP = 10  # days in which three equal ones are found
ENOUGH = 100  # buyers, for edges to be held for a quarter


@dataclass(frozen=True)
class Log:
    """Orders and refunds (customer_id, refund_date, refund_amount), of one currency."""

    history: History
    refunds: pd.DataFrame
    currency_code: str


def features(log: Log, day: date) -> pd.DataFrame:
    """What RFM asks for, of everybody who bought before the day, refunds before the day taken off."""
    known = log.history.before(day)
    first = known.first
    back = log.refunds[days_of(log.refunds["refund_date"]) < day_number(day)]
    given_back = back.groupby("customer_id")["refund_amount"].sum().astype("float64").reindex(known.customer_ids)
    return pd.DataFrame(
        {
            "customer_id": known.customer_ids,
            "as_of_date": day,
            "recency_days": day_number(day) - known.day[known.last],
            "order_count": np.add.reduceat(known.orders, first) if len(first) else known.orders,
            "net_revenue": (np.add.reduceat(known.cents, first) if len(first) else known.cents) / 100
            - given_back.fillna(0.0).to_numpy(),
            "currency_code": log.currency_code,
        }
    )


def thresholds(log: Log, quarter: date, as_of: date) -> rfm.RfmThresholds:
    """Those of the quarter's first day, or, where fewer than ENOUGH had bought by then, of as_of itself. Raises
    rfm.NobodyHasBought."""
    at_start = features(log, quarter)
    return rfm.train(at_start if len(at_start) >= ENOUGH else features(log, as_of))


def settled(log: Log, as_of: date, warm_up: int = WARM_UP) -> tuple[History, dict[str, Settled]]:
    """The groups in force on as_of (places in rfm.SEGMENTS and rfm.SEGMENTS_8), by `segment` and `segment_8`, of the
    customers of the history that is returned. Raises rfm.NobodyHasBought."""
    known = log.history.before(as_of)
    days = range(day_number(as_of) - warm_up, day_number(as_of) + 1)
    taught = {day_number(q): thresholds(log, q, as_of) for q in quarters_behind(date_of(days[0]), as_of)}
    own_day = own_days(known.customer_ids)
    daily = [_codes(log, known, day, taught, own_day) for day in days]
    walks = {
        "segment": {day: codes // len(rfm.SEGMENTS_8) for day, codes in zip(days, daily, strict=True)},
        "segment_8": {
            day: np.where(codes < 0, codes, codes % len(rfm.SEGMENTS_8)) for day, codes in zip(days, daily, strict=True)
        },
    }
    return known, {column: settle(days, walk.__getitem__) for column, walk in walks.items()}


def score(log: Log, as_of: date) -> pd.DataFrame:
    """One row per customer who bought before as_of: customer_id, as_of_date, segment, segment_8. Raises
    rfm.NobodyHasBought."""
    known, walks = settled(log, as_of)
    names = {"segment": rfm.SEGMENTS, "segment_8": rfm.SEGMENTS_8}
    told = {column: np.array(names[column], dtype=object)[walk.codes] for column, walk in walks.items()}
    return pd.DataFrame({"customer_id": known.customer_ids, "as_of_date": as_of, **told})


def _codes(log: Log, known: History, day: int, taught: dict[int, rfm.RfmThresholds], own_day: Ints) -> Codes:
    """Place in SEGMENTS x place in SEGMENTS_8 of everybody, -1 for those who had not bought yet."""
    found = features(log, date_of(day))
    place = np.searchsorted(known.customer_ids, found["customer_id"])

    def codes_in(quarter: int) -> Codes:
        scores = rfm.score(taught[quarter], found)
        group = pd.Index(rfm.SEGMENTS).get_indexer(pd.Index(scores["segment"])).astype(np.int8)
        group_8 = pd.Index(rfm.SEGMENTS_8).get_indexer(pd.Index(scores["segment_8"])).astype(np.int8)
        return np.asarray(group * np.int8(len(rfm.SEGMENTS_8)) + group_8, dtype=np.int8)

    codes = np.full(len(known), -1, dtype=np.int8)
    if len(found):
        codes[place] = by_own_edges(day, own_day[place], codes_in)
    return codes
