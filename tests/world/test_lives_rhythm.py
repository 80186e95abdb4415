"""People buy as the model says they do: a fit that knows nothing of the generator finds the parameters again."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.special import betaln, gammaln

from orchestration.world.books import World
from orchestration.world.people import MEAN_RATE, SHAPE, STAYS_A, STAYS_B
from orchestration.world.prices import BAD_IF_LEAVES, BAD_IF_STAYS
from orchestration.world.rhythm import YEAR

Table = Callable[[str], pd.DataFrame]
TRUE = np.array([SHAPE, SHAPE / MEAN_RATE * YEAR, STAYS_A, STAYS_B])


@pytest.fixture(scope="module")
def histories(books: Table, world: World) -> pd.DataFrame:
    """Per customer: repeat orders of their own accord, and days of shopping time to the last and to the end."""
    orders = books("orders").query("origin == 0")
    orders = orders.assign(time=world.calendar.elapsed(orders["at"].to_numpy()))
    times = orders.groupby("person")["time"].agg(["size", "min", "max"])
    return pd.DataFrame(
        {
            "x": times["size"] - 1,
            "t_x": times["max"] - times["min"],
            "age": world.calendar.length - times["min"],
        }
    )


def _log_likelihood(parameters: np.ndarray, histories: pd.DataFrame) -> float:
    """Fader, Hardie, Lee (2005), equation 6, written down again from the paper."""
    r, alpha, a, b = np.exp(parameters)
    x, t_x, age = (histories[name].to_numpy() for name in ("x", "t_x", "age"))
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b)
    stayed = -(r + x) * np.log(alpha + age)
    left = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x)
    return float(np.sum(common + np.where(x > 0, np.logaddexp(stayed, left), stayed)))


def _curvature(function: Callable[[np.ndarray], float], at: np.ndarray, step: float = 1e-3) -> np.ndarray:
    n = len(at)
    found = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            e, f = np.eye(n)[i] * step, np.eye(n)[j] * step
            found[i, j] = (
                function(at + e + f) - function(at + e - f) - function(at - e + f) + function(at - e - f)
            ) / (4 * step**2)
    return found


def test_a_fit_of_bg_nbd_on_the_orders_finds_the_parameters(histories: pd.DataFrame):
    def loss(parameters: np.ndarray) -> float:
        return -_log_likelihood(parameters, histories)

    found = minimize(loss, np.array([0.0, 3.0, 0.0, 1.0]), method="L-BFGS-B")
    errors = np.sqrt(np.diag(np.linalg.inv(_curvature(loss, found.x))))
    distance = (found.x - np.log(TRUE)) / errors
    assert np.abs(distance).max() < 3, dict(zip(("r", "alpha", "a", "b"), np.exp(found.x), strict=True))
    assert errors.max() < 0.15  # a fit that may be anything would prove nothing


def test_extra_orders_would_spoil_the_fit(books: Table):
    """The orders of campaigns are no part of anybody's rhythm: they keep away from base numbers and are flagged."""
    orders = books("orders")
    assert (orders["is_extra"] == (orders["origin"] == 1)).all()
    assert (orders.loc[orders["origin"] == 0, "order"] < 5_000).all()
    assert orders.loc[orders["origin"] == 1, "order"].between(5_000, 6_999).all()
    assert (orders["is_extra"]).sum() > 300


def test_bad_deliveries_drive_customers_away_as_much_as_stated(books: Table):
    orders = books("orders").query("origin == 0 and place < 2 and order > 0 and cancelled_at != cancelled_at")
    last = books("truth").set_index("person")["left_at"]
    leaves = orders["at"].to_numpy() == last.reindex(orders["person"]).to_numpy()
    bad = orders["bad"].to_numpy() > 0
    table = np.array([[(bad & leaves).sum(), (bad & ~leaves).sum()], [(~bad & leaves).sum(), (~bad & ~leaves).sum()]])
    odds_ratio = table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0])
    stated = BAD_IF_LEAVES * (1 - BAD_IF_STAYS) / (BAD_IF_STAYS * (1 - BAD_IF_LEAVES))
    error = np.sqrt((1 / table).sum())
    assert abs(np.log(odds_ratio / stated)) < 3 * error
    assert stated > 3


def test_nobody_orders_of_their_own_accord_after_leaving(books: Table):
    orders = books("orders").query("origin == 0").groupby("person")["at"].max()
    truth = books("truth").set_index("person")
    left = truth["left_at"].dropna()
    assert (orders.reindex(left.index) == left).all()
    assert (
        truth["base_orders"][truth["base_orders"] > 0] == books("orders").query("origin == 0").groupby("person").size()
    ).all()
