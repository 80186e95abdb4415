"""A shop whose customers are known: logs of orders drawn from BG/NBD with a season, and the real CDNOW files."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from models_ml.btyd.histories import Histories
from models_ml.forecast import Forecast
from models_ml.order_log import Outcome, order_log, outcome, snapshot

FIRST_DAY = pd.Timestamp("2024-01-01")
CDNOW_WEEKS = pd.Timestamp("1997-10-01")


@dataclass(frozen=True)
class Shop:
    """How its customers are: BG/NBD parameters (days), how far December lies above June, what an order is worth.

    `regularity` is the shape of the gaps between orders: 1 is a Poisson stream, 12 comes like clockwork.
    """

    customers: int = 1500
    days: int = 800
    r: float = 0.5
    alpha: float = 25.0
    a: float = 0.6
    b: float = 5.0
    season: float = 0.0
    regularity: float = 1.0
    seed: int = 11


def invent(shop: Shop) -> pd.DataFrame:
    """Orders of the shop: customer_id, ordered_at, amount; every tenth order is partly given back a week later."""
    rng = np.random.default_rng(shop.seed)
    rows = []
    rate = rng.gamma(shop.r, 1 / shop.alpha, shop.customers)
    leaves = rng.beta(shop.a, shop.b, shop.customers)
    worth = rng.gamma(4.0, 25.0, shop.customers)
    begin = rng.uniform(0, shop.days * 0.8, shop.customers)
    for who in range(shop.customers):
        at = begin[who]
        while at < shop.days:
            amount = worth[who] * rng.gamma(3.0, 1 / 3)
            rows.append((f"c{who:05}", at, round(amount, 2)))
            if rng.random() < 0.1:
                rows.append((f"c{who:05}", at + 7, -round(amount / 2, 2)))
            if rng.random() < leaves[who]:
                break
            # Thinning: in high season a customer comes as often as his rate says, else less often.
            while True:
                at += rng.gamma(shop.regularity, 1 / (shop.regularity * rate[who] * (1 + shop.season)))
                if rng.random() * (1 + shop.season) < 1 + shop.season * np.cos(2 * np.pi * (at - 350) / 365):
                    break
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
    return frame.assign(ordered_at=FIRST_DAY + pd.to_timedelta(frame["day"], unit="D"))[
        ["customer_id", "ordered_at", "amount"]
    ]


def came_to(found: Forecast, whole: pd.DataFrame) -> Outcome:
    """What the customers of a forecast really did within its horizon, in its order, from the log that goes on."""
    log = order_log(whole)
    cutoff = log.number_of(found.log.first_day) + found.cut.known.cutoff
    known = snapshot(log, cutoff)
    came = outcome(log, known, found.model.horizon)
    place = pd.Index(log.customer_ids[known.customers]).get_indexer(pd.Index(found.customer_ids))
    return Outcome(came.order_days[place], came.orders[place], came.net[place])


def drawn_histories(count: int, parameters: tuple[float, float, float, float], seed: int) -> Histories:
    """Histories of BG/NBD customers watched for 100 to 300 days, by drawing them."""
    r, alpha, a, b = parameters
    rng = np.random.default_rng(seed)
    rate, leaves, watched = rng.gamma(r, 1 / alpha, count), rng.beta(a, b, count), rng.integers(100, 300, count)
    repeats, last = np.zeros(count), np.zeros(count)
    at, here = np.zeros(count), np.ones(count, dtype=bool)
    while here.any():
        at = at + rng.exponential(1.0, count) / rate
        here &= at < watched
        repeats, last = repeats + here, np.where(here, at, last)
        here &= rng.random(count) >= leaves
    return Histories(repeats, last, watched.astype(float))


def cdnow(name: str) -> pd.DataFrame:
    """The transactions of CDNOW_sample.txt or CDNOW_master.txt, as they lie in the wheel of `lifetimes`."""
    spec = find_spec("lifetimes")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("The package lifetimes, in whose wheel CDNOW lies, is not installed.")
    path = Path(spec.origin).parent / "datasets" / name
    rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row and row[0].isdigit()]
    return pd.DataFrame(
        {
            "customer_id": [row[0] for row in rows],
            "ordered_at": pd.to_datetime([row[-3] for row in rows], format="%Y%m%d"),
            "amount": [float(row[-1]) for row in rows],
        }
    )


def cdnow_histories(frame: pd.DataFrame, end: str) -> Histories:
    """Weeks from the first order to the last and to `end`, as the published parameters are in."""
    seen = frame[frame["ordered_at"] <= end].groupby("customer_id")["ordered_at"]
    first, last = seen.min(), seen.max()
    weeks = pd.Timedelta(days=7)
    return Histories(
        (seen.nunique() - 1).to_numpy(dtype=float),
        ((last - first) / weeks).to_numpy(dtype=float),
        ((pd.Timestamp(end) - first) / weeks).to_numpy(dtype=float),
    )
