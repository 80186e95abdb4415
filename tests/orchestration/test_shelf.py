"""Models stand for a week: kept in the warehouse file, and trained anew only when there is a reason."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from models_ml import forecast, training
from orchestration import shelf
from orchestration.defs.ml import outlook
from orchestration.ledger import open_books
from orchestration.model_runs import ModelRun, enter
from orchestration.settings import settings
from tests.models_ml.invented_log import FIRST_DAY, Shop, invent

MONDAY = (FIRST_DAY + pd.Timedelta(days=497)).date()
assert MONDAY.weekday() == 0
DAYS = [MONDAY + timedelta(day) for day in range(8)]


class House:
    """A warehouse with orders and refunds, and nothing else."""

    run_id = "run"

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.register("log", invent(Shop(customers=300, days=520)))
        self.connection.execute("create schema marts")
        self.connection.execute("""
            create table marts.fct_orders as select customer_id, 'sale' as order_type, ordered_at, amount as net_revenue
            from log where amount >= 0
        """)
        self.connection.execute("""
            create table marts.fct_refunds as
            select customer_id, ordered_at as refunded_at, -amount as refund_amount from log where amount < 0
        """)
        self.connection.execute("""
            create table marts.fct_sessions as select customer_id, ordered_at as started_at, ordered_at as identified_at
            from log where amount >= 0
        """)
        open_books(self.connection)

    def read(self, query: str) -> pd.DataFrame:
        return self.connection.sql(query).df()

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        yield self.connection


@pytest.fixture(scope="module")
def lived_in() -> House:
    """A house on the Wednesday of the week; the first run of the week has trained."""
    house = House()
    outlook._scored(house, DAYS[2])
    return house


@pytest.fixture
def house(lived_in: House) -> Iterator[House]:
    lived_in.connection.execute("begin")
    yield lived_in
    lived_in.connection.execute("rollback")


def trained_on(house: House) -> list[date]:
    return [
        day for (day,) in house.connection.execute("select trained_on from ops.fitted_models order by 1").fetchall()
    ]


def must_not_train(*_: object) -> None:
    raise AssertionError("nothing asked for training")


def test_a_model_is_kept_by_what_it_was_asked_and_by_its_day(house: House):
    told = shelf.definition("orders", 90)
    assert shelf.put(house, "other", told, MONDAY, {"level": 0.1}).parameters == {"level": 0.1}
    newer = shelf.put(house, "other", told, DAYS[3], {"level": 0.2})

    def standing(definition: str, since: date, until: date) -> shelf.Kept | None:
        return shelf.standing(house, shelf.Wanted("other", definition, since, until))

    assert standing(told, MONDAY, DAYS[6]) == newer
    assert standing(told, MONDAY, DAYS[2]).trained_on == MONDAY, "a day is not scored with what was trained later"
    assert standing(told, DAYS[4], DAYS[6]) is None
    assert standing(shelf.definition("orders", 60), MONDAY, DAYS[6]) is None
    with pytest.raises(ValueError, match="not JSON compliant"):
        shelf.put(house, "other", told, MONDAY, {"level": float("nan")})


def test_the_day_of_training_depends_on_the_calendar_alone(monkeypatch: pytest.MonkeyPatch):
    assert [shelf.training_day(day) for day in DAYS] == [MONDAY] * 7 + [DAYS[7]]
    for every in (0, 1):
        monkeypatch.setattr(settings(), "train_every_days", every)
        assert [shelf.training_day(day) for day in DAYS] == DAYS


def test_days_of_a_week_are_scored_with_its_model_and_any_of_them_again_alike(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    assert trained_on(house) == [MONDAY]
    monkeypatch.setattr(training, "train", must_not_train)
    (kept, first), (_, again) = (outlook._scored(house, DAYS[2]) for _ in range(2))
    assert np.array_equal(first.margin, again.margin)
    assert np.array_equal(first.outlook.upper_80, again.outlook.upper_80)
    later, found = outlook._scored(house, DAYS[6])
    assert later == kept
    assert found.cut.known.cutoff == first.cut.known.cutoff + 4, "what has been bought since counts"
    with pytest.raises(AssertionError, match="asked for training"):
        outlook._scored(house, DAYS[7])


def test_the_books_say_which_day_the_model_is_of(house: House):
    kept, found = outlook._scored(house, DAYS[4])
    tables = outlook._written(house, DAYS[4], kept, found)
    entries = house.read("select * from ops.model_runs order by model")
    assert entries["model"].tolist() == ["churn", "value"]
    assert set(entries["trained_on"].dt.date) == {MONDAY}
    assert set(entries["as_of_date"].dt.date) == {DAYS[4]}
    assert all(f"Scored for {DAYS[4]} with the model of {MONDAY}" in card for card in entries["card_en"])
    assert all(f"{DAYS[4]} 的评分使用 {MONDAY} 的模型" in card for card in entries["card_zh"])
    assert tables["churn_scores"]["model_run_id"].unique().tolist() == [entries["model_run_id"][0]]


def test_another_question_other_code_and_being_asked_are_reasons_to_train(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as other:
        other.setattr(training, "train", must_not_train)
        for what, name, value in (
            (outlook, "HORIZON_DAYS", 60),
            (settings(), "currency", "GBP"),
            (settings(), "train_every_days", 0),
            (shelf, "_code", lambda: "other code"),
        ):
            with other.context() as changed:
                changed.setattr(what, name, value)
                with pytest.raises(AssertionError, match="asked for training"):
                    outlook._scored(house, DAYS[2])
    monkeypatch.setattr(forecast.Forecast, "has_drifted", property(lambda found: found.cut.known.cutoff == 499))
    assert outlook._scored(house, DAYS[2])[0].trained_on == DAYS[2]
    assert trained_on(house) == [MONDAY, DAYS[2]]
    assert outlook._scored(house, DAYS[1])[0].trained_on == MONDAY, "an earlier day keeps what it had"


def test_the_books_hold_no_number_that_looks_like_a_telephone():
    house = House()
    told = {"name": "spent", "value": 1234567.13912345678, "count": 3, "lower": None}
    enter(house, ModelRun("churn", MONDAY, 1, "{}", "passed", "", cutoffs=("2026-01-01",), metrics=(told,)))
    stored = house.read("select metrics, cutoffs from ops.model_runs").iloc[0]
    assert json.loads(stored["metrics"]) == [{"name": "spent", "value": 1234567.139123, "count": 3, "lower": None}]
    assert json.loads(stored["cutoffs"]) == ["2026-01-01"]
    assert not re.search(r"(?<![0-9])[0-9]{11}(?![0-9])", stored["metrics"])
