"""When will each customer buy next, should they buy again?

A gap is compared with the gap that was to be expected when the order was placed (`lifecycle.expected_gaps`). How the
ratios of finished gaps are spread is learnt from all customers; a customer who has been quiet for u times the
expected gap has the spread of the ratios above u before them. Its median is the expected date, its tenth and
ninetieth percentiles are the ends of an 80 % interval. Gaps that began within the last year of the log are not learnt
from: among them only the short ones are finished, and intervals learnt from those held two thirds of what they
should. Nobody is given a date whose gap is beyond what LEFT finished ratios still tell: they may well never come."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from models_ml.history import Floats, History, dates_of, day_number
from models_ml.lifecycle import expected_gaps
from models_ml.refusal import need

MINIMUM_GAPS = 100
UNFINISHED = 365  # days before as_of within which beginning gaps are not learnt from
LEFT = 20
QUANTILES = (0.5, 0.1, 0.9)


@dataclass(frozen=True)
class Rhythm:
    """Ratios of finished gaps to the gaps that were expected, ascending."""

    ratios: Floats


def train(history: History, as_of: date) -> Rhythm:
    """Learn from the gaps that were closed before as_of and began a year earlier. Raises Refused below
    MINIMUM_GAPS."""
    known = history.before(as_of)
    closes = np.flatnonzero(known.number > 0)
    used = closes[day_number(as_of) - known.day[closes - 1] >= UNFINISHED]
    need(len(used), MINIMUM_GAPS, "repeat orders after one of more than a year ago are known", "一年前下单后的复购记录")
    return Rhythm(np.sort(known.gaps[used] / expected_gaps(known)[used - 1]))


def score(rhythm: Rhythm, history: History, as_of: date) -> pd.DataFrame:
    """One row per customer whose next order can be told: customer_id, as_of_date, expected_date, earliest_date,
    latest_date; all of them as_of or later, and in this order: earliest, expected, latest."""
    known = history.before(as_of)
    last = known.last
    usual = expected_gaps(known)[last]
    quiet = day_number(as_of) - known.day[last]
    passed = np.searchsorted(rhythm.ratios, quiet / usual, side="left")
    left = len(rhythm.ratios) - passed
    told = left >= LEFT
    days = [
        np.ceil(usual * rhythm.ratios[np.minimum(passed + (left * q).astype(np.int64), len(rhythm.ratios) - 1)])
        for q in QUANTILES
    ]
    on = [np.maximum(known.day[last] + ahead.astype(np.int64), day_number(as_of))[told] for ahead in days]
    return pd.DataFrame(
        {
            "customer_id": known.customer_ids[told],
            "as_of_date": as_of,
            "expected_date": dates_of(on[0]),
            "earliest_date": dates_of(on[1]),
            "latest_date": dates_of(on[2]),
        }
    )
