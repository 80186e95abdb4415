"""Seconds and memory of the portraits of many customers: `python -m tests.benchmarks.portraits_at_scale [CUSTOMERS]`.

The floor is what any daily run must do: read an order log of the same size from DuckDB and write one row a customer.
"""

import resource
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from models_ml import lifecycle, loyalty, named_segments, next_product, next_purchase, persona, preference, tiers, trust
from models_ml.history import History
from models_ml.persona import HABITS

DAY = date(2026, 1, 1)


def world(size: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Orders (about four a customer) and features of made-up customers."""
    dice = np.random.default_rng(1)
    count = 1 + dice.negative_binomial(0.7, 0.2, size)
    who = np.repeat(np.arange(size), count)
    ids = np.array([f"{number:08x}-customer" for number in range(size)], dtype=object)
    days = np.datetime64(DAY) - dice.integers(1, 900, len(who)).astype("timedelta64[D]")
    orders = pd.DataFrame(
        {"customer_id": ids[who], "order_date": days, "net_revenue": np.round(dice.lognormal(4, 1, len(who)), 2)}
    )
    features = pd.DataFrame({"customer_id": ids, "as_of_date": DAY, "order_count": count, "peer_group": "shop"})
    for column in HABITS.values():
        features[column] = dice.lognormal(0, 1, size)
    return orders, features


def floor(orders: pd.DataFrame, features: pd.DataFrame) -> float:
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        connection.execute(
            "create table orders as select * from orders; create table features as select * from features"
        )
        started = time.process_time()
        connection.execute("select * from orders").df()
        connection.register("frame", connection.execute("select * from features").df())
        connection.execute("create table scores as select * from frame")
        return time.process_time() - started


def main(size: int) -> None:
    orders, features = world(size)
    least = floor(orders, features)
    dice = np.random.default_rng(2)
    refunds = pd.DataFrame({"customer_id": ["x"], "refund_date": [DAY], "refund_amount": [1.0]})
    bought = orders.assign(
        product_id=np.array([f"p{n:03}" for n in range(128)], dtype=object)[dice.integers(0, 128, len(orders))]
    )
    counts = orders.assign(value=np.array(list("abcdefgh"), dtype=object)[dice.integers(0, 8, len(orders))])
    counts = counts.groupby(["customer_id", "value"]).size().rename("purchases").reset_index()
    conduct = features[["customer_id"]].assign(
        **dict.fromkeys(trust.INPUTS[1:], 0) | {"order_count": features["order_count"]}
    )
    appeals = pd.DataFrame(columns=["decided_at", "customer_id", "decision"])
    history = History.of(orders)
    log = named_segments.Log(history, refunds, "CNY")
    kept = persona.train(features, features.head(0), 1)
    steps: dict[str, Callable[[], object]] = {
        "order days": lambda: History.of(orders),
        "lifecycle and flows": lambda: (
            lifecycle.score(history, DAY),
            lifecycle.flows(history, DAY - timedelta(364), DAY),
        ),
        "value tiers": lambda: tiers.score(history, refunds, DAY),
        "loyalty": lambda: loyalty.score(history, DAY),
        "named segments": lambda: named_segments.score(log, DAY),
        "next purchase date": lambda: next_purchase.score(next_purchase.train(history, DAY), history, DAY),
        "personas, centres of the quarter": lambda: persona.score(kept, features),
        "preferences, one aspect": lambda: preference.score(preference.train(counts, features), counts, features),
        "trust": lambda: trust.score(trust.train(conduct), conduct, appeals, DAY),
        "next products": lambda: next_product.score(next_product.train(bought, DAY), bought, DAY),
    }
    total = 0.0
    for name, step in steps.items():
        started = time.process_time()
        step()
        spent = time.process_time() - started
        total += spent
        print(f"| {name} | {spent:.1f} s |", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"| all, {size:,} customers, {len(orders):,} orders | {total:.1f} s, {total / least:.1f} x the floor "
        f"({least:.1f} s) |"
    )
    print(f"| peak memory | {peak:,.0f} MB |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
