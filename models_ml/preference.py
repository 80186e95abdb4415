"""Preferences: what does each customer like best - which category, brand, channel, hour, price level - and how sure
is it?

One call an aspect. What a customer bought is counted by value (`SQL counts`); here it is weighed against what is known
without them. The share of a value is (own count + m x share among peers) / (own count of all + m): a Dirichlet prior
(Gelman et al., Bayesian Data Analysis, 3rd ed., 3.4) around the peers' shares, which are drawn towards everybody's in
the same way. The weight m is learnt: that under which leaving out one purchase at a time foretells it best. The
confidence is that share, the chance that the customer's next purchase is of the value. Basis: `own` when the customer's
own purchases weigh at least as much as the prior, else `peers`, or `everybody` where the group of peers is small.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.history import Floats, Ints
from models_ml.refusal import need

BASES = ["own", "peers", "everybody"]
OUTPUTS = ("customer_id", "preference", "confidence", "basis")
MINIMUM_PURCHASES = 200
WEIGHTS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)  # in purchases, to choose from
PEER_WEIGHT = 50.0  # purchases: how firmly a group of peers is drawn towards everybody


@dataclass(frozen=True)
class Taste:
    """What everybody and each group of peers likes: shares by value, rows sum to 1.

    `values` [v] and `groups` [g]: sorted. `shares` [g + 1, v]: by group, everybody last. `is_known` [g]: the group has
    at least PEER_WEIGHT purchases. `weight`: of the prior, in purchases.
    """

    values: NDArray[np.object_]
    groups: NDArray[np.object_]
    shares: Floats
    is_known: NDArray[np.bool_]
    weight: float


def train(counts: pd.DataFrame, customers: pd.DataFrame) -> Taste:
    """`counts`: customer_id, value, purchases (whole numbers above 0), a row a customer and value. `customers`:
    customer_id, peer_group of everybody to be scored. Raises Refused below MINIMUM_PURCHASES
    or where there is nothing to choose from."""
    need(int(counts["purchases"].sum()), MINIMUM_PURCHASES, "purchases of it are known", "可用于判断该项偏好的购买")
    who = _customers(counts, customers)
    value, values = pd.factorize(counts["value"], sort=True)
    need(len(values), 2, "values to choose from are known", "可供选择的取值")
    group, groups = pd.factorize(customers["peer_group"], sort=True)
    number = counts["purchases"].to_numpy(dtype=np.float64)
    table = np.zeros((len(groups), len(values)))
    np.add.at(table, (group[who], value), number)
    everybody = table.sum(axis=0) / table.sum()
    total = table.sum(axis=1, keepdims=True)
    shares = np.vstack([(table + PEER_WEIGHT * everybody) / (total + PEER_WEIGHT), everybody])
    own = np.bincount(who, weights=number, minlength=len(customers)).astype(np.float64)
    prior = shares[group[who], value]
    weight = max(WEIGHTS, key=lambda m: _left_out(number, own[who], prior, m))
    return Taste(
        np.asarray(values, dtype=object), np.asarray(groups, dtype=object), shares, total[:, 0] >= PEER_WEIGHT, weight
    )


def score(taste: Taste, counts: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """One row per row of `customers`, in its order, with the columns OUTPUTS; arguments as for `train`. Values and
    groups that were not there in training count as never bought and as everybody."""
    who, value = _customers(counts, customers), pd.Index(taste.values).get_indexer(pd.Index(counts["value"]))
    who, value, number = (column[value >= 0] for column in (who, value, counts["purchases"].to_numpy(dtype=np.float64)))
    # What is not among the groups is -1, where the shares of everybody stand.
    group = pd.Index(taste.groups).get_indexer(pd.Index(customers["peer_group"]))
    is_known = np.append(taste.is_known, False)[group]
    own = np.bincount(who, weights=number, minlength=len(customers))
    best = taste.shares.argmax(axis=1)[group]
    confidence = taste.weight * taste.shares.max(axis=1)[group] / (own + taste.weight)
    share = (number + taste.weight * taste.shares[group[who], value]) / (own[who] + taste.weight)
    order = np.lexsort((value, -share, who))
    first = order[np.diff(who[order], prepend=-1) > 0]
    better = share[first] >= confidence[who[first]]
    best[who[first][better]], confidence[who[first][better]] = value[first][better], share[first][better]
    basis = np.where(own >= taste.weight, 0, np.where(is_known, 1, 2))
    return pd.DataFrame(
        {
            "customer_id": customers["customer_id"].to_numpy(),
            "preference": pd.Categorical.from_codes(best, pd.Index(taste.values, dtype="str")),
            "confidence": confidence,
            "basis": pd.Categorical.from_codes(basis, pd.Index(BASES)),
        }
    )


def _customers(counts: pd.DataFrame, customers: pd.DataFrame) -> Ints:
    """The place of each row's customer among those to be scored."""
    who = pd.Index(customers["customer_id"]).get_indexer(pd.Index(counts["customer_id"]))
    if (who < 0).any():
        raise ValueError("Purchases are counted of somebody who is not among the customers to be scored.")
    return who.astype(np.int64)


def _left_out(number: Floats, own: Floats, prior: Floats, weight: float) -> float:
    """Log likelihood of every purchase, foretold from the customer's others."""
    foretold = (number - 1 + weight * prior) / (own - 1 + weight)
    return float(np.sum(number * np.log(foretold)))
