"""What was known at a cutoff is what a log without its future knows, in whatever order its rows came."""

import numpy as np
import pandas as pd
import pytest

from models_ml.order_log import OrderLog, order_log, outcome, snapshot
from models_ml.refusal import Refused
from models_ml.traces import NAMES, traces
from tests.models_ml.invented_log import FIRST_DAY, Shop, invent

CUTOFF = 500


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return invent(Shop(customers=300, days=700))


def known_at(log: OrderLog, cutoff: int) -> pd.DataFrame:
    """Everything models may read, by customer_id."""
    of = snapshot(log, cutoff)
    told = pd.DataFrame(traces(log, of).values, columns=NAMES, index=log.customer_ids[of.customers])
    return told.assign(
        repeats=of.histories.repeats,
        last=of.histories.last,
        observed=of.histories.observed,
        net=of.net,
        orders=of.orders,
    ).sort_index()


def test_deleting_everything_from_the_cutoff_on_changes_nothing_that_was_known(orders: pd.DataFrame):
    before = orders[orders["ordered_at"] < FIRST_DAY + pd.Timedelta(days=CUTOFF)]
    whole, cut = order_log(orders), order_log(before)
    days_between = (cut.first_day - whole.first_day).days
    pd.testing.assert_frame_equal(known_at(whole, CUTOFF), known_at(cut, CUTOFF - days_between))


def test_other_futures_change_nothing_that_was_known(orders: pd.DataFrame):
    later = orders["ordered_at"] >= FIRST_DAY + pd.Timedelta(days=CUTOFF)
    other = orders.copy()
    other.loc[later, "amount"] = other.loc[later, "amount"].to_numpy()[::-1]
    pd.testing.assert_frame_equal(known_at(order_log(orders), CUTOFF), known_at(order_log(other), CUTOFF))


def test_the_order_of_rows_changes_nothing(orders: pd.DataFrame):
    shuffled = orders.sample(frac=1, random_state=4)
    pd.testing.assert_frame_equal(known_at(order_log(orders), CUTOFF), known_at(order_log(shuffled), CUTOFF))


def test_other_ids_change_neither_the_order_nor_any_number(orders: pd.DataFrame):
    names = {name: f"x{place:05}" for place, name in enumerate(sorted(set(orders["customer_id"]), reverse=True))}
    one, other = order_log(orders), order_log(orders.assign(customer_id=orders["customer_id"].map(names)))
    assert [names[name] for name in one.customer_ids] == other.customer_ids.tolist()
    for column in ("customer", "day", "so_far_orders", "so_far_sold", "so_far_returned"):
        assert np.array_equal(getattr(one, column), getattr(other, column))


def test_windows_gaps_and_sums_are_those_counted_one_by_one(orders: pd.DataFrame):
    log = order_log(orders)
    told = known_at(log, CUTOFF)
    day = (orders["ordered_at"].dt.normalize() - log.first_day).dt.days
    past = orders.assign(day=day)[day < CUTOFF]
    for who in told.index[::23]:
        own = past[past["customer_id"] == who]
        bought = np.unique(own.loc[own["amount"] >= 0, "day"])
        gaps = np.diff(bought)
        row = told.loc[who]
        assert row["repeats"] == len(bought) - 1
        assert np.expm1(row["recency"]) == pytest.approx(CUTOFF - bought[-1])
        assert np.expm1(row["orders_90d"]) == pytest.approx((bought >= CUTOFF - 90).sum())
        assert row["net"] == pytest.approx(own["amount"].sum())
        if len(gaps):
            assert np.expm1(row["gap_mean"]) == pytest.approx(gaps.mean())
            assert np.expm1(row["gap_spread"]) == pytest.approx(gaps.std(), abs=1e-6)
            widest = (CUTOFF - bought[-1] + 5) / (gaps.max() + 5)
            assert np.exp(row["recency_over_widest_gap"]) == pytest.approx(widest)


def test_what_came_after_begins_at_the_cutoff_and_ends_with_the_horizon():
    days = pd.to_datetime(["2024-01-01", "2024-01-11", "2024-01-20", "2024-01-21"])
    frame = pd.DataFrame({"customer_id": "a", "ordered_at": days, "amount": [1.0, 10.0, -3.0, 100.0]})
    log = order_log(frame)
    came = outcome(log, snapshot(log, 10), 10)
    assert (came.orders.tolist(), came.net.tolist(), came.bought.tolist()) == ([1.0], [7.0], [1.0])


def test_orders_of_one_day_are_one_day_and_two_orders():
    days = pd.to_datetime(["2024-01-01 08:00", "2024-01-01 09:00", "2024-01-05 10:00"])
    log = order_log(pd.DataFrame({"customer_id": "a", "ordered_at": days, "amount": 5.0}))
    of = snapshot(log, 10)
    assert (of.histories.repeats.tolist(), of.orders.tolist()) == ([1.0], [3.0])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"amount": None}, "lacks amount"),
        ({"amount": ["x", "1"]}, "amount is empty or unreadable in 1 of 2 rows"),
        ({"ordered_at": ["yesterday", "2024-01-01"]}, "ordered_at is empty or unreadable in 1"),
        ({"amount": [-1.0, -2.0]}, "holds no order"),
        ({"customer_id": [None, None]}, "holds no order"),
    ],
)
def test_a_log_that_cannot_be_read_is_refused_in_a_sentence(change: dict, said: str):
    rows = {"customer_id": ["a", "b"], "ordered_at": ["2024-01-01", "2024-01-02"], "amount": [1.0, 2.0]} | change
    frame = pd.DataFrame({name: values for name, values in rows.items() if values is not None})
    with pytest.raises(Refused, match=said):
        order_log(frame)


def test_some_customers_keep_all_of_their_orders(orders: pd.DataFrame):
    log = order_log(orders)
    few = log.some(40)
    assert len(few.customer_ids) == 40
    told = known_at(log, CUTOFF)[["repeats", "net", "orders"]]
    pd.testing.assert_frame_equal(
        known_at(few, CUTOFF)[["repeats", "net", "orders"]], told.loc[told.index.isin(few.customer_ids)]
    )
