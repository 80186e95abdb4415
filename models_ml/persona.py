"""Personas (画像): a handful of groups of customers alike in how they buy, the same ones from quarter to quarter.

k-means on slow habits, so that people change their group when they change their habits and not because a day has
passed. The centres are fitted on the customers of the first day of a quarter and stay as they are until the next. The
number of groups is the largest of 3 to 5 that comes out as much alike as any when the customers are drawn anew, within
one standard error (adjusted Rand index of bootstrap fits, Hennig, Cluster-wise assessment of cluster stability, CSDA
2007). The groups of a new fit take over the codes of the nearest groups of the fit before (the assignment problem,
Kuhn's Hungarian method); those of a first fit get the codes of the nearest archetypes.

Whether these are natural clusters is told, not assumed: below a silhouette of 0.3 (Rousseeuw 1987) they are slices of a
continuum. What is said about a group stands in `persona_words`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.history import Floats
from models_ml.refusal import need

# Each habit and the column of customer_features it is read from; all but shares on a log scale.
HABITS = {
    "often": "orders_365d",
    "basket": "avg_order_value",
    "dear": "price_level",
    "broad": "category_count",
    "discounts": "discount_share",
}
LOGS = ("often", "basket", "dear", "broad")
INPUTS = ("customer_id", "as_of_date", "order_count", *HABITS.values())
# Where the archetypes lie, in standard deviations from the mean of each habit.
ARCHETYPES = {
    "regulars": (1.2, 0.0, 0.0, 1.0, 0.0),
    "premium": (-0.3, 1.0, 1.1, -0.3, 0.0),
    "thrifty": (-0.3, -1.0, -1.1, -0.3, 0.0),
    "deal_seekers": (0.0, 0.0, 0.0, 0.0, 1.5),
    "occasional": (-0.9, 0.0, 0.0, -0.8, -0.3),
}
MINIMUM_CUSTOMERS = 100
SIZES = (3, 4, 5)
VISIBLE = 0.3  # silhouette
BOOTSTRAPS, STARTS, SAMPLE = 10, 3, 2_000
FARTHEST = 3.0  # standard deviations at which a habit is cut off


@dataclass(frozen=True)
class Personas:
    """`centres` [k, habits] in standard deviations from `means` with `spreads` [habits]; `codes` [k]; `stability`: mean
    adjusted Rand index of the bootstrap fits; `silhouette`: mean over the sample."""

    habits: tuple[str, ...]
    means: Floats
    spreads: Floats
    centres: Floats
    codes: tuple[str, ...]
    stability: float
    silhouette: float

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        return {name: getattr(told, "tolist", lambda told=told: told)() for name, told in vars(self).items()}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Personas":
        """The inverse of `to_dict`."""
        names = {name: tuple(stored[name]) for name in ("habits", "codes")}
        numbers = {name: np.array(stored[name], dtype=np.float64) for name in ("means", "spreads", "centres")}
        return cls(**{**stored, **names, **numbers})


def train(features: pd.DataFrame, before: pd.DataFrame, seed: int) -> Personas:
    """`features`: INPUTS of the customers of the day that the centres hold from; `before`: the same of a quarter
    earlier, whose groups' codes are taken over (empty, or too few: there is no fit before). Only who has bought is
    read. Raises Refused below MINIMUM_CUSTOMERS."""
    buyers = _buyers(features)
    need(len(buyers), MINIMUM_CUSTOMERS, "customers have bought", "有购买记录的客户")
    habits, means, spreads = _scale(buyers)
    sample = _spread_out(_in_order(_standard(buyers, habits, means, spreads)))
    stabilities = {size: _stability(sample, size, seed) for size in SIZES}
    best = max(mean for mean, _ in stabilities.values())
    size = max(size for size, (mean, error) in stabilities.items() if mean + error >= best)
    centres = _centres(sample, size, seed)
    past = _buyers(before)
    if len(past) >= MINIMUM_CUSTOMERS:
        sample_before = _spread_out(_in_order(_standard(past, habits, means, spreads)))
        centres_before = _centres(sample_before, size, seed)
        codes = _matched(centres, centres_before, _named(centres_before, habits))
    else:
        codes = _named(centres, habits)
    silhouette = _silhouette(sample, centres)
    return Personas(habits, means, spreads, centres, codes, stabilities[size][0], silhouette)


def score(personas: Personas, features: pd.DataFrame) -> pd.DataFrame:
    """One row per customer who has bought: customer_id, as_of_date, persona, confidence (0: as near to another group,
    1: in the centre of its own)."""
    buyers = _buyers(features)
    points = _standard(buyers, personas.habits, personas.means, personas.spreads)
    distance = np.column_stack([np.sqrt(((points - centre) ** 2).sum(axis=1)) for centre in personas.centres])
    nearest = np.sort(distance, axis=1)
    with np.errstate(invalid="ignore"):
        confidence = np.where(nearest[:, 1] > 0, 1 - nearest[:, 0] / nearest[:, 1], 1.0)
    return pd.DataFrame(
        {
            "customer_id": buyers["customer_id"].to_numpy(),
            "as_of_date": buyers["as_of_date"].to_numpy(),
            "persona": np.array(personas.codes, dtype=object)[distance.argmin(axis=1)],
            "confidence": confidence,
        }
    )


def explain(scores: pd.DataFrame, features: pd.DataFrame) -> pd.DataFrame:
    """What sets the groups apart, measured today: a row a group, largest first, and one of everybody under the code
    `everybody`. Columns: persona, customer_count, and of each column of HABITS the mean."""
    joined = scores[["customer_id", "persona"]].merge(features, on="customer_id")
    columns = [column for column in HABITS.values() if column in joined and joined[column].notna().any()]
    joined[columns] = joined[columns].astype("float64")
    told = joined.groupby("persona")[columns].mean()
    told.insert(0, "customer_count", joined.groupby("persona").size())
    told = told.sort_values(["customer_count"], ascending=False, kind="stable")
    everybody = pd.DataFrame({"customer_count": [len(joined)], **joined[columns].mean().to_dict()}, index=["everybody"])
    return pd.concat([told, everybody]).rename_axis("persona").reset_index()


def _buyers(features: pd.DataFrame) -> pd.DataFrame:
    return features[features["order_count"] >= 1].reset_index(drop=True)


def _in_order(points: Floats) -> Floats:
    """Sorted by what they are, so that neither the order of rows nor random ids decide who is drawn."""
    return points[np.lexsort(points.T[::-1])]


def _scale(buyers: pd.DataFrame) -> tuple[tuple[str, ...], Floats, Floats]:
    """The habits that are known and differ, with mean and standard deviation."""
    raw = {habit: np.sort(_raw(buyers, habit)) for habit in HABITS}  # sums do not depend on the order of rows then
    habits = tuple(habit for habit, values in raw.items() if np.isfinite(values).any() and np.nanstd(values) > 1e-9)
    means = np.array([np.nanmean(raw[habit]) for habit in habits])
    return habits, means, np.array([np.nanstd(raw[habit]) for habit in habits])


def _raw(buyers: pd.DataFrame, habit: str) -> Floats:
    values = buyers[HABITS[habit]].to_numpy(dtype=np.float64, na_value=np.nan)
    return np.log1p(np.maximum(values, 0.0)) if habit in LOGS else values


def _standard(buyers: pd.DataFrame, habits: tuple[str, ...], means: Floats, spreads: Floats) -> Floats:
    raw = np.column_stack([_raw(buyers, habit) for habit in habits])
    points = np.clip((raw - means) / spreads, -FARTHEST, FARTHEST)
    return np.where(np.isnan(points), 0.0, points)  # nothing known: as everybody


def _spread_out(points: Floats) -> Floats:
    """At most SAMPLE of them, evenly over all."""
    return points[np.unique(np.linspace(0, len(points) - 1, min(len(points), SAMPLE)).astype(np.int64))]


def _centres(points: Floats, size: int, seed: int) -> Floats:
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # threads that wait for each other cost more than these few points
        found: Floats = KMeans(size, n_init=STARTS, random_state=seed).fit(points).cluster_centers_
    return found


def _labels(points: Floats, centres: Floats) -> NDArray[np.intp]:
    return ((points[:, None, :] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)


def _stability(points: Floats, size: int, seed: int) -> tuple[float, float]:
    """Mean adjusted Rand index of the bootstrap fits, and its standard error."""
    from sklearn.metrics import adjusted_rand_score

    labels = _labels(points, _centres(points, size, seed))
    dice = np.random.default_rng(seed)
    draws = [points[dice.integers(0, len(points), len(points))] for _ in range(BOOTSTRAPS)]
    again = [_labels(points, _centres(draw, size, seed + 1 + at)) for at, draw in enumerate(draws)]
    found = [adjusted_rand_score(labels, other) for other in again]
    return float(np.mean(found)), float(np.std(found, ddof=1) / np.sqrt(BOOTSTRAPS))


def _silhouette(points: Floats, centres: Floats) -> float:
    from sklearn.metrics import silhouette_score

    some = points[:: max(1, len(points) // 1_000)]
    labels = _labels(some, centres)
    return float(silhouette_score(some, labels)) if len(set(labels.tolist())) > 1 else 0.0


def _named(centres: Floats, habits: tuple[str, ...]) -> tuple[str, ...]:
    """The archetype of each centre, each given once, so that the angles are the least in sum."""
    kept = [list(HABITS).index(habit) for habit in habits]
    types = np.array(list(ARCHETYPES.values()))[:, kept]
    length = np.linalg.norm(centres, axis=1)[:, None] * np.linalg.norm(types, axis=1)[None] + 1e-9
    return _assign(-(centres @ types.T) / length, tuple(ARCHETYPES))


def _matched(centres: Floats, others: Floats, codes: tuple[str, ...]) -> tuple[str, ...]:
    return _assign(((centres[:, None, :] - others[None]) ** 2).sum(axis=2), codes)


def _assign(cost: Floats, codes: tuple[str, ...]) -> tuple[str, ...]:
    from scipy.optimize import linear_sum_assignment

    _, column = linear_sum_assignment(cost)
    return tuple(codes[place] for place in column)
