"""RFM: how recently, how often and for how much has each customer bought?

Here belong the five scores of each measure, the customer groups they make and the reasons for them. What a group is
called and what to do about it stands in the seed `segments`; where the numbers come from is the business of
`customer_features`.

Scores are quintiles, as in Hughes, *Strategic Database Marketing* (Probus, 1994): five equal parts of the customers, 5
the best. His fifths are cut from a sorted list, so customers with the same value can land in different fifths and
change places when the list is sorted again. Here a score hangs on the value alone: a customer is above edge k of four
when at least k fifths of the customers are strictly worse. Equal values therefore always share a score, whatever the
order of the rows, and a tie is scored like its worst-placed member: where 80 % have bought once, they all get F = 1.
Without ties the scores are exactly the plain fifths.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import inf, isfinite
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MEASURES = ("recency_days", "order_count", "net_revenue")
INPUTS = ("customer_id", "as_of_date", *MEASURES, "currency_code")
OUTPUTS = (*INPUTS, "r_score", "f_score", "m_score", "segment", "segment_8")

SEGMENTS = (
    "champions",
    "loyal",
    "potential_loyalist",
    "new",
    "promising",
    "need_attention",
    "about_to_sleep",
    "at_risk",
    "cant_lose",
    "hibernating",
    "lost",
)

# The group of each pair of scores: one line per R, from 1 up; in it one group per F, from 1 up.
_SEGMENT_GRID = (
    ("lost", "lost", "at_risk", "cant_lose", "cant_lose"),
    ("hibernating", "hibernating", "at_risk", "at_risk", "at_risk"),
    ("about_to_sleep", "need_attention", "need_attention", "loyal", "loyal"),
    ("promising", "potential_loyalist", "potential_loyalist", "loyal", "champions"),
    ("new", "potential_loyalist", "potential_loyalist", "champions", "champions"),
)

# Place in this list = 4 when R is high + 2 when F is high + 1 when M is high.
SEGMENTS_8 = (
    "general_retain",
    "important_retain",
    "general_keep",
    "important_keep",
    "general_develop",
    "important_develop",
    "general_value",
    "important_value",
)


class NobodyHasBought(ValueError):  # noqa: N818 - a state of the business, said as one
    """No customer has an order yet: there is nothing to compare, and no score would mean anything."""


@dataclass(frozen=True)
class RfmThresholds:
    """What one population of buyers taught us; enough to score any customer, on any later day.

    Four ascending edges a measure, infinite where no observed value reaches that far. `recency_edges` are on
    minus recency_days, so that larger is better everywhere; `order_count_edges` are orders, `net_revenue_edges` money
    in `currency_code`. The three means are of the scores (1 to 5) over the `customer_count` buyers learnt from.
    """

    recency_edges: tuple[float, ...]
    order_count_edges: tuple[float, ...]
    net_revenue_edges: tuple[float, ...]
    mean_r_score: float
    mean_f_score: float
    mean_m_score: float
    customer_count: int
    currency_code: str

    def __post_init__(self) -> None:
        for edges in self._edges():
            if len(edges) != 4 or list(edges) != sorted(edges):
                raise ValueError(f"RFM thresholds need four ascending edges a measure, not {list(edges)}.")

    def to_dict(self) -> dict[str, Any]:
        """For JSON, in which there is no infinity: an edge nobody reaches is None."""
        return {
            name: [edge if isfinite(edge) else None for edge in value] if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "RfmThresholds":
        """The inverse of `to_dict`. Raises ValueError when a part is missing or unknown."""
        unlike = set(stored) ^ set(cls.__dataclass_fields__)
        if unlike:
            raise ValueError(f"These are not RFM thresholds: {sorted(unlike)} is missing or unknown. Train again.")
        return cls(
            recency_edges=_stored_edges(stored["recency_edges"]),
            order_count_edges=_stored_edges(stored["order_count_edges"]),
            net_revenue_edges=_stored_edges(stored["net_revenue_edges"]),
            mean_r_score=float(stored["mean_r_score"]),
            mean_f_score=float(stored["mean_f_score"]),
            mean_m_score=float(stored["mean_m_score"]),
            customer_count=int(stored["customer_count"]),
            currency_code=str(stored["currency_code"]),
        )

    def _edges(self) -> tuple[tuple[float, ...], ...]:
        return self.recency_edges, self.order_count_edges, self.net_revenue_edges

    def _means(self) -> tuple[float, float, float]:
        return self.mean_r_score, self.mean_f_score, self.mean_m_score


@dataclass(frozen=True)
class Reason:
    """Why one measure of one customer got its score, in codes and numbers.

    `reached` and `next_edge` are in the unit of the measure (days, orders, money): the worst value that still gets
    this score, and the worst value that would get a better one. For recency_days worse is more: at most `reached`
    days ago. None: nothing lies below, or nobody observed does better. `is_high` is what the eight classes ask: is
    the score at least the mean score of the population?
    """

    measure: str
    value: float
    score: int
    is_high: bool
    reached: float | None
    next_edge: float | None


def train(features: pd.DataFrame) -> RfmThresholds:
    """Learn the edges of the fifths, and the mean scores, from everybody who has bought.

    `features`: one row a customer with the columns INPUTS, all of one `as_of_date` (a date) and one `currency_code`;
    recency_days in days, net_revenue in units of that currency. Customers whose order_count is 0 are left out.
    Edge k (1 to 4) is the smallest observed value with at least k/5 of the buyers strictly below it.

    Raises NobodyHasBought when no customer has an order; ValueError when a column is missing, a buyer's cell is
    empty, a recency is negative, a customer stands there twice, or days or currencies are mixed.
    """
    buyers = _buyers(features)
    return learn(_larger_is_better(buyers), _the_currency(buyers))


def learn(measures: tuple[NDArray[np.float64], ...], currency_code: str) -> RfmThresholds:
    """The thresholds of buyers given as arrays [n] in which larger is better: minus recency_days, order_count,
    net_revenue. Raises NobodyHasBought without a buyer."""
    recency, frequency, monetary = measures
    if not len(recency):
        raise NobodyHasBought("No customer has an order, so there is nothing to compare.")
    recency_edges, order_count_edges, net_revenue_edges = _edges(recency), _edges(frequency), _edges(monetary)
    return RfmThresholds(
        recency_edges=recency_edges,
        order_count_edges=order_count_edges,
        net_revenue_edges=net_revenue_edges,
        mean_r_score=_mean(_score(recency_edges, recency)),
        mean_f_score=_mean(_score(order_count_edges, frequency)),
        mean_m_score=_mean(_score(net_revenue_edges, monetary)),
        customer_count=len(recency),
        currency_code=currency_code,
    )


def groups(
    thresholds: RfmThresholds, measures: tuple[NDArray[np.float64], ...]
) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Places in SEGMENTS and in SEGMENTS_8 of customers given as for `learn` [n]."""
    scores = [_score(edges, values) for edges, values in zip(thresholds._edges(), measures, strict=True)]
    return _groups(thresholds, scores)


def score(thresholds: RfmThresholds, features: pd.DataFrame) -> pd.DataFrame:
    """One row per customer who has bought, with the columns OUTPUTS, sorted by customer_id.

    `features` as for `train`, the same population or another. Each score is 1 + the number of edges the value
    reaches (1 to 5, int32). `segment` is the group of (r_score, f_score), one of SEGMENTS; `segment_8` says which of
    the three scores are at least the population's mean, one of SEGMENTS_8.

    Raises what `train` raises, and ValueError when the money is not in the currency of the thresholds.
    """
    buyers = _buyers(features)
    if _the_currency(buyers) != thresholds.currency_code:
        raise ValueError(
            f"The RFM thresholds are in {thresholds.currency_code}, the features in {_the_currency(buyers)}. "
            "Convert the amounts, or train on these features."
        )
    recency, frequency, monetary = _larger_is_better(buyers)
    r_score = _score(thresholds.recency_edges, recency)
    f_score = _score(thresholds.order_count_edges, frequency)
    m_score = _score(thresholds.net_revenue_edges, monetary)
    place, place_of_8 = _groups(thresholds, [r_score, f_score, m_score])
    return buyers.assign(
        recency_days=buyers["recency_days"].astype("int32"),
        order_count=buyers["order_count"].astype("int32"),
        r_score=r_score,
        f_score=f_score,
        m_score=m_score,
        segment=_name(SEGMENTS, place),
        segment_8=_name(SEGMENTS_8, place_of_8),
    )[list(OUTPUTS)]


def explain(thresholds: RfmThresholds, row: Mapping[str, Any] | pd.Series) -> tuple[Reason, Reason, Reason]:
    """The reasons for R, F and M of one customer, in that order.

    `row`: a row of `score`, or of the features; only MEASURES are read. Raises ValueError when the customer has not
    bought or a measure is empty.
    """
    values = [float("nan") if pd.isna(row[measure]) else float(row[measure]) for measure in MEASURES]
    if not all(map(isfinite, values)) or values[1] < 1:
        raise ValueError("RFM can only explain a customer who has bought: one of the three measures is empty.")
    described = zip(MEASURES, values, thresholds._edges(), thresholds._means(), strict=True)
    recency, frequency, monetary = (_reason(*each) for each in described)
    return recency, frequency, monetary


def _buyers(features: pd.DataFrame) -> pd.DataFrame:
    """The customers with an order, checked, sorted by customer_id."""
    missing = [name for name in INPUTS if name not in features.columns]
    if missing:
        raise ValueError(f"RFM needs the columns {', '.join(missing)}, which the features do not have.")
    order_count = _numbers(features, "order_count")
    if (order_count < 0).any():
        raise ValueError(f"order_count is negative for {(order_count < 0).sum()} customers: it counts orders.")
    buyers = features.loc[order_count >= 1, list(INPUTS)]
    if buyers.empty:
        raise NobodyHasBought(
            f"None of the {len(features)} customers has an order, so there is nothing to score. "
            "Has the export of the orders been delivered?"
        )
    _refuse_what_cannot_be_scored(buyers)
    buyers = buyers.sort_values("customer_id", ignore_index=True)
    customer_id = buyers["customer_id"].array
    repeated = int((customer_id[1:] == customer_id[:-1]).sum())
    if repeated:
        raise ValueError(f"{repeated} rows repeat a customer_id: RFM needs one row a customer, for one as_of_date.")
    return buyers


def _refuse_what_cannot_be_scored(buyers: pd.DataFrame) -> None:
    for name in INPUTS:
        empty = int(buyers[name].isna().sum())
        if empty:
            raise ValueError(f"{name} is empty for {empty} of {len(buyers)} buyers: customer_features must fill it.")
    recency_days = _numbers(buyers, "recency_days")
    if (recency_days < 0).any():
        raise ValueError(
            f"recency_days is negative for {(recency_days < 0).sum()} buyers: they ordered after as_of_date. "
            "Features may only hold what happened before it."
        )
    _numbers(buyers, "net_revenue")
    days = buyers["as_of_date"].nunique()
    if days > 1:
        raise ValueError(f"The features speak for {days} different days: RFM compares customers on one as_of_date.")
    _the_currency(buyers)


def _numbers(frame: pd.DataFrame, name: str) -> NDArray[np.float64]:
    # pandas would quote the cell it stumbles over, so its own message is not passed on.
    try:
        numbers = frame[name].to_numpy(dtype="float64", na_value=np.nan)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a number in every row, and is not.") from None
    unusable = int((~np.isfinite(numbers)).sum())
    if unusable:
        raise ValueError(f"{name} is empty or infinite for {unusable} of {len(frame)} customers: it must be a number.")
    return numbers


def _the_currency(buyers: pd.DataFrame) -> str:
    currencies = sorted(buyers["currency_code"].unique())
    if len(currencies) > 1:
        raise ValueError(
            f"The features mix the currencies {', '.join(currencies)}: amounts can only be compared in one. "
            "Convert them in customer_features."
        )
    return str(currencies[0])


def _larger_is_better(buyers: pd.DataFrame) -> tuple[NDArray[np.float64], ...]:
    # Subtracted, not negated: a customer of today must not get a recency of minus zero.
    recency, frequency, monetary = (_numbers(buyers, name) for name in MEASURES)
    return 0.0 - recency, frequency, monetary


def _edges(values: NDArray[np.float64]) -> tuple[float, ...]:
    ordered = np.sort(values)
    return tuple(_edge(ordered, fifths) for fifths in (1, 2, 3, 4))


def _edge(ordered: NDArray[np.float64], fifths: int) -> float:
    """The smallest value with at least that many fifths of all values strictly below it."""
    needed = -(-fifths * len(ordered) // 5)  # rounded up, in whole numbers: no share is ever off by a rounding error
    if needed == len(ordered):
        return inf
    if ordered[needed - 1] < ordered[needed]:
        return float(ordered[needed])
    after_the_tie = int(np.searchsorted(ordered, ordered[needed], side="right"))
    return float(ordered[after_the_tie]) if after_the_tie < len(ordered) else inf


def _mean(scores: NDArray[np.int32]) -> float:
    # A sum of whole numbers is exact in any order of the rows, and so is the mean.
    return int(scores.sum()) / len(scores)


def _score(edges: tuple[float, ...], values: NDArray[np.float64]) -> NDArray[np.int32]:
    return (np.searchsorted(np.array(edges), values, side="right") + 1).astype("int32")


def _groups(
    thresholds: RfmThresholds, scores: list[NDArray[np.int32]]
) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    r_score, f_score, m_score = scores
    place_of_8 = (
        4 * (r_score >= thresholds.mean_r_score)
        + 2 * (f_score >= thresholds.mean_f_score)
        + 1 * (m_score >= thresholds.mean_m_score)
    )
    return _SEGMENT_PLACES[r_score - 1, f_score - 1], place_of_8


def _stored_edges(edges: list[float | None]) -> tuple[float, ...]:
    return tuple(inf if edge is None else float(edge) for edge in edges)


def _name(names: tuple[str, ...], places: NDArray[np.integer]) -> Any:
    return pd.array(list(names), dtype="str").take(places)


def _reason(measure: str, value: float, edges: tuple[float, ...], mean: float) -> Reason:
    sign = -1.0 if measure == "recency_days" else 1.0
    points = int(_score(edges, np.array([sign * value]))[0])
    reached = edges[points - 2] if points > 1 else None
    next_edge = edges[points - 1] if points < 5 and isfinite(edges[points - 1]) else None
    return Reason(
        measure=measure,
        value=value,
        score=points,
        is_high=points >= mean,
        reached=None if reached is None else abs(reached) if sign < 0 else reached,
        next_edge=None if next_edge is None else abs(next_edge) if sign < 0 else next_edge,
    )


_SEGMENT_PLACES = np.array([[SEGMENTS.index(name) for name in line] for line in _SEGMENT_GRID])
