"""Logs of shops unlike those that models of buying are made for: drawn from a seed, as customer_id, ordered_at, amount.

What is asked of them, and how the answers are judged, stands in `models_elsewhere`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

FIRST_DAY = pd.Timestamp("2024-01-01")
Draw = Callable[[np.random.Generator], float]
Amounts = Callable[[float, np.random.Generator], float]


@dataclass(frozen=True)
class Stream:
    """How customers of one kind come: how many within so many days, when the first order may be, orders a day, the
    chance of leaving after an order, the mean worth of one, and how worths vary around it. `open_on`: the share of
    orders that a day lets through."""

    customers: int
    days: int
    arrives: Draw
    rate: Draw
    leaves: Draw
    worth: Draw
    varies: Amounts = lambda worth, rng: worth * rng.gamma(3.0, 1 / 3)
    open_on: Callable[[float], float] = lambda day: 1.0

    def orders(self, seed: int, name: str = "c") -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        rows = []
        for who in range(self.customers):
            at, rate, leaves, worth = self.arrives(rng), self.rate(rng), self.leaves(rng), self.worth(rng)
            while at < self.days:
                if rng.random() < self.open_on(at):
                    rows.append((f"{name}{who:05}", at, round(self.varies(worth, rng), 2)))
                    if rng.random() < leaves:
                        break
                at += rng.exponential(1 / max(rate, 1e-5))
        return _frame(rows)


def subscriptions(every: float, most_days: int, leaves: tuple[float, float], seed: int) -> pd.DataFrame:
    """Who subscribes pays the same every so many days, within hours or a few days, until he or she leaves."""
    rng = np.random.default_rng(seed)
    rows = []
    for who in range(2000):
        at, price, leaving = rng.uniform(0, 0.9 * most_days), rng.choice([9.99, 19.99, 49.99]), rng.beta(*leaves)
        while at < most_days:
            rows.append((f"c{who:05}", at, price))
            if rng.random() < leaving:
                break
            at += every + (rng.normal(0, 5) if every > 100 else 0.0)
    return _frame(rows)


def daily_shoppers(seed: int) -> pd.DataFrame:
    """A canteen: two days of three, several times a day."""
    return Stream(
        500,
        500,
        arrives=lambda rng: rng.uniform(0, 120),
        rate=lambda rng: rng.gamma(4, 1 / 6),
        leaves=lambda rng: rng.beta(0.2, 60),
        worth=lambda rng: rng.gamma(4, 6),
        varies=lambda worth, rng: worth * rng.gamma(2, 0.5),
    ).orders(seed)


def gift_shop(seed: int) -> pd.DataFrame:
    """Little from January to October, five times as much before Christmas."""
    return Stream(
        6000,
        1200,
        arrives=lambda rng: rng.uniform(0, 1080),
        rate=lambda rng: rng.gamma(1.2, 1 / 120),
        leaves=lambda rng: rng.beta(0.8, 3),
        worth=lambda rng: rng.gamma(4, 10),
        open_on=lambda day: 0.2 + 0.8 * np.exp(-(((day % 365 - 340) / 18) ** 2)),
    ).orders(seed)


def few_big_companies(seed: int) -> pd.DataFrame:
    """260 of them; a tenth bring three quarters of the money."""
    return Stream(
        260,
        1100,
        arrives=lambda rng: rng.uniform(0, 500),
        rate=lambda rng: rng.gamma(2, 1 / 60),
        leaves=lambda rng: rng.beta(0.5, 20),
        worth=lambda rng: float(np.exp(rng.normal(8, 2))),
        varies=lambda worth, rng: worth * rng.lognormal(0, 0.6),
    ).orders(seed)


def companies_and_people(seed: int) -> pd.DataFrame:
    """1,500 companies that stay and 6,000 people who mostly buy once, in one log."""
    companies = Stream(
        1500,
        900,
        arrives=lambda rng: rng.uniform(0, 810),
        rate=lambda rng: rng.gamma(4, 1 / 40),
        leaves=lambda rng: rng.beta(0.5, 20),
        worth=lambda rng: rng.gamma(4, 100),
    )
    people = Stream(
        6000,
        900,
        arrives=lambda rng: rng.uniform(0, 810),
        rate=lambda rng: rng.gamma(0.5, 1 / 60),
        leaves=lambda rng: rng.beta(2, 2),
        worth=lambda rng: rng.gamma(4, 10),
    )
    return pd.concat([companies.orders(seed, "b"), people.orders(seed + 1, "c")])


def asked() -> Iterator[tuple[str, Callable[[], pd.DataFrame], tuple[int, ...], int]]:
    """Name, log, days (after FIRST_DAY) and horizon."""
    monthly = lambda: subscriptions(30.4375, 1000, (1, 15), 1)  # noqa: E731 - a log that is drawn when it is asked for
    yearly = lambda: subscriptions(365.0, 1500, (2, 6), 2)  # noqa: E731
    yield "monthly subscriptions", monthly, (600, 880), 30
    yield "monthly subscriptions", monthly, (600, 880), 90
    yield "yearly subscriptions", yearly, (1300,), 90
    yield "yearly subscriptions", yearly, (1300,), 180
    yield "daily shoppers", lambda: daily_shoppers(3), (300, 440), 7
    yield "gift shop", lambda: gift_shop(4), (800, 1000), 90
    yield "few big companies", lambda: few_big_companies(5), (700, 1000), 90
    yield "companies and people", lambda: companies_and_people(6), (600, 800), 90


def _frame(rows: list[tuple[str, float, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
    return frame.assign(ordered_at=FIRST_DAY + pd.to_timedelta(frame["day"], unit="D")).drop(columns="day")
