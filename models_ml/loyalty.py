"""Loyalty: how often and how evenly does each customer come, whatever they spend?

No amount of money enters: whoever buys little and often is as loyal as whoever buys much and often. Both parts look at
the days with an order in the last 365 days.

Frequency: n / (n + 4) for n days with an order: half of the part at four a year. Regularity: evenness of the gaps,
1 / (1 + cv^2) with cv their coefficient of variation (1 for a clock, 1/2 for orders at random), times g / (g + 3) for g
gaps, because two gaps prove little. Score = 100 x (0.6 frequency + 0.4 regularity). The weights are a policy, not a
finding. Tiers: edges are set when a quarter begins, among those with at least two days: the best quarter is high, the
lowest quarter and everybody with fewer is low; a new tier is taken over when it has held for some days (`steady`).
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from models_ml.history import Floats, History, Ints, date_of, day_number, quarters_behind
from models_ml.refusal import need
from models_ml.steady import Codes, Own, Settling, Walk
from models_ml.windows import MovingSums

TIERS = ("low", "middle", "high")
SHARES_BELOW = (0.25, 0.75)
WINDOW = 365  # days
WARM_UP = 30  # days in which enough equal ones in a row are found
HALF_AT, GAPS_FOR_HALF = 4, 3
FREQUENCY_WEIGHT, REGULARITY_WEIGHT = 0.6, 0.4
MINIMUM_REPEATERS = 20


@dataclass(frozen=True)
class Loyalty:
    """`scores`: customer_id, as_of_date, loyalty_score, frequency_part, regularity_part (0 to 100), loyalty_tier.
    `edges`: scheme, quarter, edge, lower (points). `changes`: by day, how many changed their tier."""

    scores: pd.DataFrame
    edges: pd.DataFrame
    changes: dict[date, int]


def score(history: History, as_of: date, warm_up: int = WARM_UP) -> Loyalty:
    """Loyalty of everybody who bought before as_of. Raises Refused when fewer than MINIMUM_REPEATERS have
    bought on two days."""
    known = history.before(as_of)
    repeaters = int((known.last > known.first).sum())
    need(repeaters, MINIMUM_REPEATERS, "customers have bought more than once", "购买过两次以上的客户")
    sums = MovingSums(len(known), known.customer, known.day, _measures(known), WINDOW)
    own = Own.of(known.customer_ids)
    begins = day_number(as_of) - warm_up
    edges = _all_edges(sums, quarters_behind(date_of(begins), as_of), as_of)
    sums = sums.again()

    def code_of(who: Ints, quarter: int) -> Codes:
        return np.searchsorted(edges[quarter], _points(sums.sums[who])[0], side="right").astype(np.int8)

    walk, settled = Walk(own.day, known.day[known.first] + 1, code_of), Settling(len(known))
    for day in range(begins, day_number(as_of) + 1):
        sums.advance(day)
        walked = walk.on(day, sums.touched)
        settled.on(day, walked, own.after_a_deed[walked[0]])
    points, frequency, regularity = _points(sums.sums)
    scores = pd.DataFrame(
        {
            "customer_id": known.customer_ids,
            "as_of_date": as_of,
            "loyalty_score": points,
            "frequency_part": frequency,
            "regularity_part": regularity,
            "loyalty_tier": np.array(TIERS, dtype=object)[settled.codes],
        }
    )
    return Loyalty(scores, _edge_rows(edges), {date_of(d): n for d, n in settled.changes.items()})


def _measures(known: History) -> Ints:
    """Of each order day: 1, whether it closes a gap, the gap, its square."""
    gaps = known.gaps
    return np.column_stack([np.ones_like(gaps), known.number > 0, gaps, gaps**2]).astype(np.int64)


def _points(sums: Ints) -> tuple[Floats, Floats, Floats]:
    count, gaps, total, squares = sums.T.astype(np.float64)
    frequency = 100 * count / (count + HALF_AT)
    with np.errstate(invalid="ignore", divide="ignore"):
        evenness = np.where(gaps > 0, total**2 / (gaps * squares), 0.0)  # 1 / (1 + cv^2)
    regularity = 100 * evenness * gaps / (gaps + GAPS_FOR_HALF)
    return FREQUENCY_WEIGHT * frequency + REGULARITY_WEIGHT * regularity, frequency, regularity


def _all_edges(sums: MovingSums, quarters: list[date], as_of: date) -> dict[int, Floats]:
    """By the number of a quarter's first day. Where too few had come twice by then, edges of as_of itself."""
    found: dict[int, Floats] = {}
    for day in [*quarters, as_of]:
        state = sums.advance(day_number(day))
        points = np.sort(_points(state)[0][state[:, 0] >= 2])
        if len(points) >= MINIMUM_REPEATERS:
            places = [min(int(np.ceil(share * len(points))), len(points) - 1) for share in SHARES_BELOW]
            found[day_number(day)] = points[places]
    nobody = np.full(len(SHARES_BELOW), np.inf)  # who came twice has not come within the window
    first = found[min(found)] if found else nobody
    return {number: found.get(number, first) for number in map(day_number, quarters)}


def _edge_rows(edges: dict[int, Floats]) -> pd.DataFrame:
    rows = [
        {"scheme": "loyalty", "quarter": date_of(quarter), "edge": tier, "lower": lower}
        for quarter, lowers in edges.items()
        for tier, lower in zip(TIERS[1:], lowers.tolist(), strict=True)
        if np.isfinite(lower)
    ]
    return pd.DataFrame(rows, columns=["scheme", "quarter", "edge", "lower"])
