"""Visits: counted as they were known at a cutoff, worth something where they come before orders, nothing where they
are missing."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models_ml import churn, evaluation, reasons
from models_ml.cuts import Cut, prepare
from models_ml.order_log import OrderLog, order_log
from models_ml.traces import NAMES, WITH_VISITS
from models_ml.visits import RECENT, Visits
from tests.models_ml.invented_log import FIRST_DAY, Shop, invent

HORIZON, TEST = 30, 560
EARLIER = (530, 500, 470, 440)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 120), st.integers(0, 30)), max_size=40))
def test_days_are_counted_as_they_were_known(rows: list[tuple[int, int, int]]):
    frame = pd.DataFrame(rows, columns=["customer_id", "visit_date", "later"])
    frame["known_date"] = FIRST_DAY + pd.to_timedelta(frame["visit_date"] + frame["later"], unit="D")
    frame["visit_date"] = FIRST_DAY + pd.to_timedelta(frame["visit_date"], unit="D")
    log = Visits.of(frame, np.array([0, 1, 2], dtype=object), FIRST_DAY)  # 3 never ordered
    cutoff, customers = 100, np.array([0, 2])
    told = log.features(cutoff, np.array([10.0, 10.0]), customers)
    sealed = log.before(cutoff).features(cutoff, np.array([10.0, 10.0]), customers)
    for place, customer in enumerate(customers):
        days = {day for who, day, later in rows if who == customer and day + later < cutoff}
        recent = [cutoff - day for day in days if cutoff - day <= RECENT]
        assert np.expm1(told["visit_days_30d"][place]) == pytest.approx(sum(ago <= 30 for ago in recent))
        assert np.expm1(told["days_since_visit"][place]) == pytest.approx(min(recent, default=RECENT + 1))
        assert told["has_visited_since_order"][place] == (min(recent, default=RECENT) < 10)
    assert all((told[name] == sealed[name]).all() for name in told)


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return invent(Shop(customers=700, days=600, seed=31))


@pytest.fixture(scope="module")
def log(orders: pd.DataFrame) -> OrderLog:
    """Two of three orders are preceded by a look around, up to ten days before; one visit in three leads nowhere."""
    rng = np.random.default_rng(2)
    looks = orders[orders["amount"] > 0].sample(frac=2 / 3, random_state=1)
    before = looks["ordered_at"] - pd.to_timedelta(rng.uniform(0.5, 10, len(looks)), unit="D")
    idle = FIRST_DAY + pd.to_timedelta(rng.uniform(0, 600, len(looks) // 3), unit="D")
    visited = pd.Series(np.append(before.dt.floor("D"), idle.floor("D")))
    who = np.append(looks["customer_id"], rng.choice(orders["customer_id"].unique(), len(idle)))
    return order_log(orders, pd.DataFrame({"customer_id": who, "visit_date": visited, "known_date": visited}))


def cut_of(log: OrderLog, cutoff: int) -> Cut:
    return prepare(log, cutoff, HORIZON, 600)


def area(log: OrderLog) -> tuple[float, churn.Ladder, Cut]:
    ladder, cut = churn.train([cut_of(log, day) for day in EARLIER]), cut_of(log, TEST)
    margin = ladder.margin(cut, "mean")[cut.is_active]
    return evaluation.auc(cut.outcome.bought[cut.is_active], margin), ladder, cut


@pytest.fixture(scope="module")
def with_visits(log: OrderLog) -> tuple[float, churn.Ladder, Cut]:
    return area(log)


@pytest.fixture(scope="module")
def without(orders: pd.DataFrame) -> float:
    return area(order_log(orders))[0]


def test_the_ladder_learns_that_a_visit_comes_before_an_order(with_visits, without: float):
    assert with_visits[0] > without + 0.004


def test_reasons_with_visits_add_up(log: OrderLog, with_visits):
    _, ladder, cut = with_visits
    season = churn.season(ladder, "mean", None, [cut_of(log, EARLIER[0])])
    why = reasons.explain(ladder, cut, "mean", season)
    assert why.base + why.effects.sum(axis=1) == pytest.approx(ladder.margin(cut, "mean") + season.level, abs=1e-9)
    assert why.effects[:, reasons.CODES.index("visits")].std() > 0.05
    assert reasons.own_values(cut)[:, -1].max() >= 1


def test_a_log_of_no_visits_says_what_a_log_without_one_says(orders: pd.DataFrame, without: float):
    nobody = pd.DataFrame({"customer_id": [], "visit_date": pd.to_datetime([]), "known_date": pd.to_datetime([])})
    empty, none = order_log(orders, nobody), order_log(orders)
    assert [cut_of(one, TEST).traces.values.shape[1] for one in (empty, none)] == [len(WITH_VISITS), len(NAMES)]
    assert area(empty)[0] == pytest.approx(without, abs=1e-9)


def test_some_customers_keep_their_visits(log: OrderLog):
    part = log.some(100)
    assert part.visits is not None
    assert log.visits is not None
    ids = part.customer_ids[part.visits.customer]
    assert len(ids) == np.isin(log.customer_ids[log.visits.customer], part.customer_ids).sum()
    assert set(ids) <= set(part.customer_ids)
