"""BG/NBD, reasons and a daily score of a million customers: parts of `python -m tests.benchmarks.models`.

Rivals and floors run in the same process; seconds are of the processor, one thread. What is measured on the data that
goals are named for stands in `models`.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import resource
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator

import duckdb
import numpy as np
import pandas as pd

from models_ml import reasons
from models_ml.btyd import beta_geometric
from models_ml.churn import season
from models_ml.forecast import score
from models_ml.health import BACK
from models_ml.order_log import OrderLog, order_log
from models_ml.training import Plan, train
from models_ml.visits import RECENT
from orchestration import outlook_tables
from tests.benchmarks.models import CUTOFFS, HORIZON, SHARED, Line, asked, retail_log
from tests.models_ml.invented_log import drawn_histories

DAYS = 731


def million() -> Iterator[Line]:
    from lifetimes import BetaGeoFitter

    drawn = drawn_histories(1_000_000, (0.25, 30.0, 0.8, 2.4), seed=1)
    histories = type(drawn)(drawn.repeats, np.ceil(drawn.last), drawn.observed)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    model, ours = _timed(lambda: beta_geometric.train(histories))
    _, ours_scored = _timed(lambda: _score(model, histories))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rival = BetaGeoFitter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, theirs = _timed(lambda: rival.fit(histories.repeats, histories.last, histories.observed))
        arguments = (histories.repeats, histories.last, histories.observed)
        _, theirs_scored = _timed(
            lambda: (
                rival.conditional_expected_number_of_purchases_up_to_time(90, *arguments),
                rival.conditional_probability_alive(*arguments),
            )
        )
    yield "BG/NBD, 1M customers: fit over lifetimes'", "<= 1/6", f"1/{theirs / ours:.1f} ({ours:.1f} s, {theirs:.1f} s)"
    told = f"1/{theirs_scored / ours_scored:.1f} ({ours_scored:.2f} s, {theirs_scored:.2f} s)"
    yield "BG/NBD, 1M customers: score over lifetimes'", "<= 1/4", told
    yield "BG/NBD, 1M customers: peak memory (before)", "< 500 MB", f"{peak:.0f} MB ({before:.0f} MB)"
    found = (model.r, model.alpha, model.a, model.b)
    theirs_found = rival.params_[["r", "alpha", "a", "b"]].to_numpy()
    yield (
        "BG/NBD, 1M customers: largest difference of a parameter",
        "",
        f"{np.max(np.abs(found / theirs_found - 1)):.1e}",
    )


def _score(model: beta_geometric.BetaGeometric, histories) -> tuple[np.ndarray, np.ndarray]:
    rows, _, place = histories.distinct()
    return model.expect(rows, 90)[place], model.alive(rows)[place]


def million_reasons() -> Iterator[Line]:
    import lightgbm

    frame = retail_log(SHARED / "online_retail_II.parquet")
    found, _, _ = asked(frame, pd.Timestamp(CUTOFFS[-1]), HORIZON)
    values = found.cut.traces.values
    rng = np.random.default_rng(1)
    rows = values[rng.integers(0, len(values), 1_000_000)]
    line, steps = found.model.ladder.line, found.model.ladder.steps
    _, ours = _timed(lambda: (line.contributions(rows), steps.contributions(rows)))
    booster = lightgbm.LGBMClassifier(n_estimators=300, num_leaves=31, n_jobs=1, verbose=-1)
    booster.fit(values, found.cut.log_odds > 0)
    _, theirs = _timed(lambda: booster.predict(rows[:10_000], pred_contrib=True))
    told = f"1/{theirs * 100 / ours:.0f} ({ours:.1f} s, {theirs * 100:.0f} s)"
    yield "reasons for 1M rows over TreeSHAP's (10k rows x 100)", "<= 1/20", told
    tops = []
    for seed in range(5):
        drawn = np.random.default_rng(seed).choice(frame["customer_id"].unique(), 5000)
        some = frame[frame["customer_id"].isin(set(drawn))]
        other, _, _ = asked(some, pd.Timestamp(CUTOFFS[-1]), HORIZON)
        rung = "mean"
        why = reasons.explain(other.model.ladder, found.cut, rung, season(other.model.ladder, rung, None, ()))
        tops.append(why.ranked()[:, 0])
    same = np.mean([(tops[i] == tops[j]).mean() for i in range(5) for j in range(i)])
    yield "top group of reasons the same over five draws of customers", ">= .90", f"{same:.3f}"
    why = reasons.explain(found.model.ladder, found.cut, found.rung, found.model.season)
    off = np.abs(why.base + why.effects.sum(axis=1) - found.margin).max()
    yield "reasons add up to the score", "< 1e-9", f"{off:.1e}"


def million_scored() -> Iterator[Line]:
    """Value, churn and reasons of a million with six million visits, training and gates included, from DuckDB's tables
    to tables written as the daily job writes them; against DuckDB reading a table of as many features and writing the
    same rows."""
    day = pd.Timestamp("2026-01-01")
    about = outlook_tables.Day(day.date(), "CNY")
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(config={"threads": 1, "memory_limit": "2GB"}) as house:
        house.execute(f"attach '{folder}/f.duckdb' as f; set enable_progress_bar = false")
        _draw_orders_and_visits(house, 1_000_000)

        def log_of(visit_days: int) -> OrderLog:
            lately = f"where visit_date >= date '{day.date()}' - {visit_days}"
            visits = house.execute(f"select * from f.visits {lately}").df()
            return order_log(house.execute("select * from f.orders").df(), visits)

        log, read = _timed(lambda: log_of(RECENT + BACK))
        learnt, learning = _timed(lambda: train(Plan(log_of(DAYS), day, HORIZON)))
        found, forecasting = _timed(lambda: score(learnt.model, log, day))
        value, valued = _timed(lambda: outlook_tables.value_rows(found, about))
        (churn, why), explained = _timed(lambda: outlook_tables.churn_rows(found, about))
        tables = (
            ("value", value, outlook_tables.VALUE),
            ("churn", churn, outlook_tables.CHURN),
            ("reasons", why, outlook_tables.REASONS),
        )

        def write(name: str, rows: pd.DataFrame, columns: dict[str, str]) -> None:
            house.register("rows", rows)
            casts = ", ".join(f"cast({column} as {kind}) as {column}" for column, kind in columns.items())
            house.execute(f"create or replace table f.{name} as select {casts} from rows")
            house.unregister("rows")

        _, written = _timed(lambda: [write(*table) for table in tables])
        values = found.cut.traces.values
        features = pd.DataFrame(values, columns=[f"f{n}" for n in range(values.shape[1])])
        features.insert(0, "customer_id", found.customer_ids)
        house.execute("create table f.features as select * from features")

        def floor() -> None:
            house.execute("select * from f.features").df()
            for name, _, _ in tables:
                house.execute(f"create or replace table f.again as select * from f.{name}")

        _, base = _timed(floor)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    spent = read + forecasting + valued + explained + written
    told = f"{spent / base:.1f} ({spent:.1f} s; {base:.2f} s)"
    yield f"score 1M customers with the model of the week ({found.rung}, {found.model.money})", "<= 15 x DuckDB", told
    told = f"{(spent + learning) / base:.1f} ({learning:.1f} s more)"
    yield "score 1M customers, training and gates included", "<= 15 x DuckDB", told
    parts = f"{read:.1f}, {forecasting:.1f}, {valued:.1f}, {explained:.1f}, {written:.1f} s"
    yield "score 1M customers: logs, forecast, value, churn and reasons, writing", "", parts
    yield "score 1M customers: peak memory", "< 6 GB", f"{peak:.1f} GB"


def _draw_orders_and_visits(house: duckdb.DuckDBPyConnection, count: int) -> None:
    """Nearly three orders and six visits a customer over DAYS days; a third of the visits come in the fortnight before
    an order, and one in ten is known a week late whose it was."""
    rng = np.random.default_rng(2)
    first = np.datetime64("2024-01-01")
    ids = np.array([f"{number:08x}-customer" for number in range(count)], dtype=object)
    who = np.repeat(np.arange(count), rng.geometric(0.35, count))
    day = rng.integers(0, DAYS, len(who))
    orders = pd.DataFrame({"customer_id": ids[who], "ordered_at": first + day, "amount": rng.gamma(2, 30, len(who))})
    house.register("drawn_orders", orders)
    house.execute("create table f.orders as select * from drawn_orders")
    before = rng.integers(0, len(who), 2 * count)
    looked = np.maximum(day[before] - rng.integers(0, 14, 2 * count), 0)
    visitor = np.concatenate([who[before], rng.integers(0, count, 4 * count)])
    visited = np.concatenate([looked, rng.integers(0, DAYS, 4 * count)])
    late = 7 * (rng.random(6 * count) < 0.1)
    visits = pd.DataFrame(
        {"customer_id": ids[visitor], "visit_date": first + visited, "known_date": first + visited + late}
    )
    house.register("drawn_visits", visits)
    house.execute(f"create table f.visits as select * from drawn_visits where known_date < date '2024-01-01' + {DAYS}")
    for name in ("drawn_orders", "drawn_visits"):
        house.unregister(name)


def _timed(work: Callable):
    began = time.process_time()
    found = work()
    return found, time.process_time() - began


PARTS: tuple[Callable[[], Iterator[Line]], ...] = (million, million_reasons, million_scored)
