"""Value tiers: how much did each customer bring in the last 365 days, against edges that hold for a quarter?

The measure is net revenue, refunds taken off on the day they were given. Edges are set when a quarter begins, from
everybody who then had a positive sum: the best 5 % are platinum, the next 15 % gold, the next 30 % silver, the others
bronze. A new tier is taken over when it has held for some days (`steady`).
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from models_ml.history import History, Ints, date_of, dates_of, day_number, quarter_before, quarters_behind
from models_ml.refusal import need
from models_ml.steady import Codes, Own, Settling, Walk
from models_ml.windows import MovingSums

TIERS = ("bronze", "silver", "gold", "platinum")
SHARES_BELOW = (0.50, 0.80, 0.95)
WINDOW = 365  # days
MINIMUM_CUSTOMERS = 20


@dataclass(frozen=True)
class Tiers:
    """`scores`: customer_id, as_of_date, value_tier, since (a date; of those who have not changed since the quarter
    before this one began, that day). `edges`: scheme, quarter, edge, lower (money). `changes`: by day, how many
    changed."""

    scores: pd.DataFrame
    edges: pd.DataFrame
    changes: dict[date, int]


def score(history: History, refunds: pd.DataFrame, as_of: date) -> Tiers:
    """Tiers of everybody who bought before as_of. `refunds`: customer_id, refund_date, refund_amount; those of
    customers who are not in the history do not count. Raises Refused below MINIMUM_CUSTOMERS."""
    known = history.before(as_of)
    need(len(known), MINIMUM_CUSTOMERS, "customers have bought", "有购买记录的客户")
    place, refunded_on, refunded = known.refunds_of(refunds)
    sums = MovingSums(
        len(known),
        np.concatenate([known.customer, place]),
        np.concatenate([known.day, refunded_on]),
        np.concatenate([known.cents, -refunded])[:, None],
        WINDOW,
    )
    own = Own.of(known.customer_ids)
    begins = day_number(quarter_before(as_of))
    edges = _all_edges(sums, quarters_behind(date_of(begins), as_of), as_of)
    sums = sums.again()

    def code_of(who: Ints, quarter: int) -> Codes:
        return np.searchsorted(edges[quarter], sums.sums[who, 0], side="right").astype(np.int8)

    walk, settled = Walk(own.day, known.day[known.first] + 1, code_of), Settling(len(known))
    for day in range(begins, day_number(as_of) + 1):
        sums.advance(day)
        walked = walk.on(day, sums.touched)
        settled.on(day, walked, own.after_a_deed[walked[0]])
    return Tiers(_frame(known, as_of, settled), _edge_rows(edges), {date_of(d): n for d, n in settled.changes.items()})


def _all_edges(sums: MovingSums, quarters: list[date], as_of: date) -> dict[int, Ints]:
    """By the number of a quarter's first day. Where too few had brought anything by then, edges of as_of itself."""
    found: dict[int, Ints] = {}
    for day in [*quarters, as_of]:
        cents = sums.advance(day_number(day))[:, 0]
        if (cents > 0).sum() >= MINIMUM_CUSTOMERS or day == as_of:
            found[day_number(day)] = quarter_edges(cents)
    return {number: found.get(number, found[min(found)]) for number in map(day_number, quarters)}


def quarter_edges(cents: Ints) -> Ints:
    """The smallest sum of silver, gold and platinum: that of the customer below whom the share of SHARES_BELOW of those
    with a positive sum stand. Nobody reaches an edge of a population that has brought nothing."""
    positive = np.sort(cents[cents > 0])
    if not len(positive):
        return np.full(len(SHARES_BELOW), np.iinfo(np.int64).max)
    places = [min(int(np.ceil(share * len(positive))), len(positive) - 1) for share in SHARES_BELOW]
    return positive[places]


def _frame(known: History, as_of: date, settled: Settling) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": known.customer_ids,
            "as_of_date": as_of,
            "value_tier": np.array(TIERS, dtype=object)[settled.codes],
            "since": dates_of(settled.since),
        }
    )


def _edge_rows(edges: dict[int, Ints]) -> pd.DataFrame:
    rows = [
        {"scheme": "value_tier", "quarter": date_of(quarter), "edge": tier, "lower": lower / 100}
        for quarter, lowers in edges.items()
        for tier, lower in zip(TIERS[1:], lowers.tolist(), strict=True)
        if lower < np.iinfo(np.int64).max
    ]
    return pd.DataFrame(rows, columns=["scheme", "quarter", "edge", "lower"])
