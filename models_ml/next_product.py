"""Next product: what will each customer buy again, and what might they like that they never bought?

Again: a purchase counts half after HALF_LIFE days; what a product collected that way, plus a little for its popularity,
is its score. Frequency baselines of this kind are hard to beat (Li et al., A Next Basket Recommendation Reality Check,
TOIS 2023). New: products bought by the same customers (cosine of the columns of the customer x product table, as in
Sarwar et al., Item-based collaborative filtering, WWW 2001), for the products that the customer never bought.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.history import Floats, Ints, day_number, days_of
from models_ml.refusal import need

MINIMUM_PURCHASES, MINIMUM_PRODUCTS = 200, 5
HALF_LIFE = 180.0  # days
POPULAR_HALF_LIFE = 30.0  # days
POPULARITY = 0.1  # of one purchase of today, for the most popular product
NEIGHBOURS = 50  # products
PRODUCTS = 1_000  # the most popular, which alone are compared
AGAIN, NEW = 5, 3
CELLS = 4_000_000  # customers x products that are looked at at once


@dataclass(frozen=True)
class Shelf:
    """`products` [p]: sorted. `popularity` [p]: 1 for the most popular. `listed` [q]: places of the products that are
    compared. `likeness` [q, q]: their cosines, 0 with itself and beyond the NEIGHBOURS nearest."""

    products: NDArray[np.object_]
    popularity: Floats
    listed: Ints
    likeness: Floats


def train(bought: pd.DataFrame, as_of: date) -> Shelf:
    """`bought`: customer_id, product_id, order_date; a row a line, nothing from as_of on counts. Raises Refused
    below MINIMUM_PURCHASES or MINIMUM_PRODUCTS."""
    from scipy import sparse

    past = bought[days_of(bought["order_date"]) < day_number(as_of)]
    need(len(past), MINIMUM_PURCHASES, "purchases of products are known", "商品购买记录")
    what, products = pd.factorize(past["product_id"], sort=True)
    need(len(products), MINIMUM_PRODUCTS, "products were bought", "被购买过的商品")
    age = day_number(as_of) - days_of(past["order_date"])
    popularity = np.bincount(what, weights=_faded(age, POPULAR_HALF_LIFE))
    listed = np.sort(np.argsort(-popularity, kind="stable")[:PRODUCTS])
    who = pd.factorize(past["customer_id"], sort=True)[0]
    table = sparse.csr_matrix((np.ones(len(who)), (who, what)))[:, listed]
    table.data[:] = 1.0
    return Shelf(np.asarray(products, dtype=object), popularity / popularity.max(), listed, _likeness(table))


def score(shelf: Shelf, bought: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Up to AGAIN products a customer to buy again and up to NEW new ones: customer_id, as_of_date, rank (from 1 within
    each kind), product_id, kind ('again', 'new'), score (above 0, compares within a kind)."""
    who, customers, what, weight = _own(shelf, bought, as_of)
    again = weight + POPULARITY * shelf.popularity[what]
    order = np.lexsort((what, -again, who))
    rank = _ranks(who[order])
    kept = order[rank <= AGAIN]
    first = who[kept], what[kept], rank[rank <= AGAIN], again[kept]
    second = _new(shelf, (who, what, weight), len(customers))
    both = [np.concatenate(pair) for pair in zip(first, second, strict=True)]
    kinds = np.repeat([0, 1], [len(first[0]), len(second[0])])
    # Dictionaries and not strings by the million.
    return pd.DataFrame(
        {
            "customer_id": pd.Categorical.from_codes(both[0], pd.Index(customers)),
            "as_of_date": as_of,
            "rank": both[2],
            "product_id": pd.Categorical.from_codes(both[1], pd.Index(shelf.products)),
            "kind": pd.Categorical.from_codes(kinds, pd.Index(["again", "new"])),
            "score": both[3],
        }
    )


def _own(shelf: Shelf, bought: pd.DataFrame, as_of: date) -> tuple[Ints, NDArray[np.object_], Ints, Floats]:
    """Pairs of customer and product, sorted, with the decayed number of purchases."""
    day = days_of(bought["order_date"])
    what = pd.Index(shelf.products).get_indexer(pd.Index(bought["product_id"]))
    counts = (day < day_number(as_of)) & (what >= 0)
    who, customers = pd.factorize(bought["customer_id"][counts], sort=True)
    pair, place = np.unique(who.astype(np.int64) * len(shelf.products) + what[counts], return_inverse=True)
    faded = _faded(day_number(as_of) - day[counts], HALF_LIFE)
    weight = np.bincount(place, weights=faded, minlength=len(pair))
    who, what = np.divmod(pair, len(shelf.products))
    return who, np.asarray(customers, dtype=object), what, weight.astype(np.float64)


def _new(shelf: Shelf, own: tuple[Ints, Ints, Floats], customers: int) -> tuple[Ints, Ints, Ints, Floats]:
    """Places of customers and of products, ranks and scores."""
    from scipy import sparse

    who, what, weight = own
    table = sparse.csr_matrix((weight, (who, what)), shape=(customers, len(shelf.products)))
    table, likeness = table[:, shelf.listed], sparse.csr_matrix(shelf.likeness)
    step, parts = max(CELLS // len(shelf.listed), 1), []
    for start in range(0, customers, step):
        some = table[start : start + step]
        lure = (some @ likeness).toarray()
        rows = np.arange(len(lure))
        lure[np.repeat(rows, np.diff(some.indptr)), some.indices] = 0.0
        for rank in range(1, NEW + 1):
            best = lure.argmax(axis=1)  # of equal ones the first
            points = lure[rows, best]
            told = np.flatnonzero(points > 0)
            parts.append((start + told, shelf.listed[best[told]], np.full(len(told), rank), points[told]))
            lure[rows, best] = 0.0
    found = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort((found[2], found[0]))
    return found[0][order], found[1][order], found[2][order], found[3][order]


def _likeness(table: Any) -> Floats:
    """Cosines between the columns of a sparse table of ones, the NEIGHBOURS nearest of each column."""
    together = (table.T @ table).toarray()
    length = np.sqrt(np.diag(together))
    cosine: Floats = together / np.outer(length, length)
    np.fill_diagonal(cosine, 0.0)
    if len(cosine) > NEIGHBOURS:
        least = np.partition(cosine, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS, None]
        cosine[cosine < least] = 0.0
    return cosine


def _faded(age: Ints, half_life: float) -> Floats:
    """What a purchase still counts, in whole 2**-30: their sums are exact, whatever the order of the rows."""
    faded: Floats = np.round(0.5 ** (age / half_life) * 2.0**30) / 2.0**30
    return faded


def _ranks(group: Ints) -> Ints:
    """1, 2, 3 ... within each run of equal values."""
    begins = np.flatnonzero(np.diff(group, prepend=-1) != 0)
    return np.arange(len(group)) - np.repeat(begins, np.diff(np.append(begins, len(group)))) + 1
