"""What a past cutoff would have told people, held against what came: weak spots of a model, and the list to work on.

How a model is tested and let out stands in `training` and `gate`; this is for people who read its card.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from models_ml.btyd.histories import Floats
from models_ml.cuts import Cut, probability

# The bands of a list to work on: chances of leaving from which the risk is called so, and shares of customers by money.
BANDS = ("low", "middle", "high")
RISK_EDGES, VALUE_EDGES = (0.33, 0.66), (0.5, 0.8)


@dataclass(frozen=True)
class WeakSpot:
    """Customers of whom models know little: mean forecast and share that ordered, at the newest test."""

    name_en: str
    name_zh: str
    predicted: float
    observed: float
    count: int


@dataclass(frozen=True)
class Listed:
    """A cell of the list that the newest test would have given out: customers of one band of risk and one of value.

    `predicted` is the mean chance of leaving they were given, `left` how many bought nothing within the horizon;
    `spent` is their money until the cutoff, `spent_after` that of the horizon.
    """

    risk: str
    value: str
    count: int
    predicted: float
    left: int
    spent: float
    spent_after: float


def weak_spots(cut: Cut, margin: Floats) -> tuple[WeakSpot, ...]:
    """Groups that nobody is in are left out. `margin`: log-odds of an order as they were told then, (n,)."""
    known, buys, bought = cut.known, probability(margin), cut.outcome.bought
    spots = (
        ("single buyers", "仅购买一次", known.histories.repeats == 0),
        ("first order within 90 days", "首单在 90 天内", known.histories.observed <= 90),
        ("top 1 % by spend", "消费额前 1%", known.net >= np.quantile(known.net, 0.99)),
        ("no order for a year", "一年未下单", ~cut.is_active),
    )
    return tuple(
        WeakSpot(en, zh, float(buys[who].mean()), float(bought[who].mean()), int(who.sum()))
        for en, zh, who in spots
        if who.any()
    )


def listed(cut: Cut, margin: Floats) -> tuple[Listed, ...]:
    """The list that would have been given out at the cutoff, by risk and by money spent until then; no empty cells.
    `margin` as above."""
    known, came, leaves = cut.known, cut.outcome, 1 - probability(margin)
    bands = np.digitize(leaves, RISK_EDGES), np.digitize(known.net, np.quantile(known.net[cut.is_active], VALUE_EDGES))
    cells = []
    for risk, worth in product(reversed(range(len(BANDS))), repeat=2):
        who = cut.is_active & (bands[0] == risk) & (bands[1] == worth)
        if who.any():
            told = float(leaves[who].mean()), int((came.bought[who] == 0).sum())
            money = float(known.net[who].sum()), float(came.net[who].sum())
            cells.append(Listed(BANDS[risk], BANDS[worth], int(who.sum()), *told, *money))
    return tuple(cells)
