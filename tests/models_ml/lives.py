"""Made-up buyers for the tests of the models over order dates."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from models_ml.history import History

FIRST = date(2024, 1, 1)
LAST = date(2025, 12, 31)


def orders_of(lives: dict[str, list[int]]) -> pd.DataFrame:
    """One order of 10.00 on each of the days after FIRST."""
    rows = [(name, FIRST + timedelta(day), 10.0) for name, days in lives.items() for day in days]
    return pd.DataFrame(rows, columns=["customer_id", "order_date", "net_revenue"])


def crowd(size: int = 400, seed: int = 3) -> pd.DataFrame:
    """Orders of people who come at rates of their own, some of whom leave, for amounts of their own."""
    dice = np.random.default_rng(seed)
    rows = []
    for number in range(size):
        day, rate, worth = float(dice.integers(0, 600)), dice.gamma(0.6, 12.0) / 365 + 0.002, dice.lognormal(4, 0.8)
        while day < 730:
            rows.append((f"c{number:04}", FIRST + timedelta(int(day)), round(worth * dice.lognormal(0, 0.3), 2)))
            if dice.random() < 0.08:
                break
            day += dice.exponential(1 / rate)
    return pd.DataFrame(rows, columns=["customer_id", "order_date", "net_revenue"])


def nothing_given_back() -> pd.DataFrame:
    return pd.DataFrame({"customer_id": ["c0000"], "refund_date": [FIRST], "refund_amount": [0.0]}).head(0)


def histories(least: int = 20) -> st.SearchStrategy[History]:
    """Histories of at least so many customers, within 400 days."""
    life = st.lists(st.integers(0, 400), min_size=1, max_size=8)
    lives = st.lists(life, min_size=least, max_size=least + 5)
    return lives.map(lambda drawn: History.of(orders_of({f"c{n:03}": days for n, days in enumerate(drawn)})))
