"""`python -m tests.benchmarks.models`: the goals of value and churn, on the data they are named for.

CDNOW lies in the wheel of `lifetimes`; Online Retail II and Telco in the shared data folder beside the checkout, which
is not part of the project: what is not there is skipped by name. Everything is strictly out of time: a forecast for a
day gets a log that ends before it. Seconds are of the processor, in this run, one thread.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import resource
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from models_ml import additive, evaluation, gate, logistic, reasons
from models_ml.btyd import beta_geometric, pareto
from models_ml.churn import season
from models_ml.cuts import prepare, probability
from models_ml.forecast import Forecast, Plan, forecast
from models_ml.order_log import Outcome, order_log, outcome, snapshot
from tests.models_ml.invented_log import cdnow, cdnow_histories, drawn_histories

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
CUTOFFS = ("2011-03-13", "2011-05-12", "2011-07-11", "2011-09-09")
HORIZON = 90
Line = tuple[str, str, str]


def main() -> None:
    parts = [published_digits, cdnow_value, retail, telco, million, million_reasons, million_scored, synthetic]
    chosen = sys.argv[1:]
    for part in parts:
        if chosen and part.__name__ not in chosen:
            continue
        for what, goal, reached in part():
            print(f"{what:<72} {goal:>26} {reached:>34}", flush=True)


def published_digits() -> Iterator[Line]:
    sample = cdnow_histories(cdnow("CDNOW_sample.txt"), "1997-09-30")
    bg, pa = beta_geometric.train(sample), pareto.train(sample)
    yield (
        "CDNOW sample, BG/NBD",
        ".243 4.414 .793 2.426 -9582.4",
        f"{bg.r:.3f} {bg.alpha:.3f} {bg.a:.3f} {bg.b:.3f} {bg.log_likelihood:.1f}",
    )
    yield (
        "CDNOW sample, Pareto/NBD",
        ".553 10.578 .606 11.669 -9595.0",
        f"{pa.r:.3f} {pa.alpha:.3f} {pa.s:.3f} {pa.beta:.3f} {pa.log_likelihood:.1f}",
    )


def cdnow_value() -> Iterator[Line]:
    frame, day = cdnow("CDNOW_master.txt"), pd.Timestamp("1997-10-01")
    found, came, _ = asked(frame, day, 273)
    look = found.outlook
    yield (
        "CDNOW full, 39 -> 39 weeks, spend: Gini",
        ">= .715",
        f"{evaluation.gini(came.net, look.expected_net_revenue):.4f}",
    )
    error = evaluation.mean_absolute_error(came.net, look.expected_net_revenue)
    yield "CDNOW full, spend: MAE", "<= 31.8", f"{error:.2f}"
    inside = evaluation.coverage(came.net, look.lower_80, look.upper_80)
    yield "CDNOW full, 80 % interval (no horizon to learn from)", "", f"{inside:.3f}"
    known = found.cut.known
    test = gate.Test(
        "1997-10-01", known.customers, came.bought, -known.recency,
        {"bg_nbd": beta_geometric.train(known.histories).buys(known.histories, 273)}, False,
    )  # fmt: skip
    decision = gate.judge_probabilities([test], ["bg_nbd"], "bg_nbd")
    yield "CDNOW full, gate on BG/NBD for churn", "rejects", decision.published or "rejected"
    print(f"    {decision.reasons_en[0]}\n    {decision.reasons_zh[0]}")


def retail() -> Iterator[Line]:
    path = SHARED / "online_retail_II.parquet"
    if not path.is_file():
        yield "Online Retail II", "", "skipped: online_retail_II.parquet is not there"
        return
    frame = retail_log(path)
    ginis, areas, rivals, groups = [], [], [], []
    for cutoff in CUTOFFS:
        found, came, _ = asked(frame, pd.Timestamp(cutoff), HORIZON)
        active, look = found.cut.is_active, found.outlook
        net, bought = came.net[active], came.bought[active]
        money, buys = look.expected_net_revenue[active], found.buys[active]
        ginis.append(evaluation.gini(net, money))
        histories = found.cut.known.histories
        bg = beta_geometric.train(histories).buys(histories, HORIZON)[active]
        areas.append(evaluation.auc_of(bought, buys))
        rivals.append(evaluation.auc_of(bought, bg))
        groups.append(found.cut.known.customers[active])
        guard = "season of a year ago" if found.season.source == "year_ago" else "no season known"
        total = evaluation.total_error(net, money)
        goal = "within 10 %" if found.season.source == "year_ago" else ""
        yield f"Online Retail II {cutoff}, {found.rung}, {guard}: total", goal, f"{total:+.1%}"
        ece = evaluation.expected_calibration_error(bought, buys)
        yield f"Online Retail II {cutoff}: ECE", "<= .05", f"{ece:.3f}"
        spent, lower, upper = np.maximum(net, 0), look.lower_80[active], look.upper_80[active]
        quarters = evaluation.coverage_by_quarter(money, spent, lower, upper)
        told = f"{evaluation.coverage(spent, lower, upper):.3f}; {' '.join(f'{q:.2f}' for q in quarters)}"
        yield f"Online Retail II {cutoff}: 80 % interval; by quarter", ".75-.88; >= .70", told
    yield "Online Retail II, value: mean Gini", ">= .825", f"{np.mean(ginis):.4f}"
    ends = np.cumsum([0, *map(len, groups)])

    def mean(measures: list[Callable], weights: np.ndarray) -> float:
        return float(np.mean([one(weights[ends[i] : ends[i + 1]]) for i, one in enumerate(measures)]))

    yield "Online Retail II, buys: mean AUC", ">= .792", f"{mean(areas, np.ones(ends[-1])):.4f}"
    gain = evaluation.bootstrap(lambda w: mean(areas, w) - mean(rivals, w), np.concatenate(groups), 300, 1)
    told = f"{gain.value:+.4f} [{gain.lower:+.4f}, {gain.upper:+.4f}]"
    yield "Online Retail II, buys: gain over BG/NBD", "lower bound > 0", told


def telco() -> Iterator[Line]:
    path = SHARED / "telco_churn.csv"
    if not path.is_file():
        yield "Telco", "", "skipped: telco_churn.csv is not there"
        return
    from sklearn.model_selection import StratifiedKFold

    values, truth = _telco_features(pd.read_csv(path))
    forecasts, areas = np.zeros(len(truth)), []
    steps = additive.Settings(rounds=100, rate=0.05, bins=32, leaves=3, ridge=20.0, least=100.0)
    for learn, judge in StratifiedKFold(5, shuffle=True, random_state=0).split(values, truth):
        none, ones = np.zeros(len(learn)), np.ones(len(learn))
        line = logistic.train(values[learn], truth[learn], none, ones, ridge=5.0)
        boosted = additive.train(values[learn], truth[learn], none, ones, steps)
        margin = (line.margin(values[judge]) + boosted.margin(values[judge])) / 2
        forecasts[judge] = probability(margin)
        areas.append(evaluation.auc(truth[judge], margin))
    yield "Telco, 5-fold, mean of line and steps: AUC", ">= .850", f"{np.mean(areas):.4f}"
    error = evaluation.expected_calibration_error(truth, forecasts)
    yield "Telco, out of fold, no resampling: ECE", "<= .01", f"{error:.4f}"


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
    line, steps = found.ladder.line, found.ladder.steps
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
        why = reasons.explain(other.ladder, found.cut, rung, season(other.ladder, rung, None, ()))
        tops.append(why.ranked()[:, 0])
    same = np.mean([(tops[i] == tops[j]).mean() for i in range(5) for j in range(i)])
    yield "top group of reasons the same over five draws of customers", ">= .90", f"{same:.3f}"
    why = reasons.explain(found.ladder, found.cut, found.rung, found.season)
    off = np.abs(why.base + why.effects.sum(axis=1) - found.margin).max()
    yield "reasons add up to the score", "< 1e-9", f"{off:.1e}"


def million_scored() -> Iterator[Line]:
    """All of a daily score but the training, which a sample is enough for: features, probabilities, money, reasons."""
    rng = np.random.default_rng(2)
    count = 1_000_000
    orders = rng.geometric(0.35, count)
    who = np.repeat(np.arange(count), orders)
    frame = pd.DataFrame(
        {"customer_id": who, "ordered_at": pd.Timestamp("2024-01-01"), "amount": rng.gamma(2, 30, len(who))}
    )
    frame["ordered_at"] += pd.to_timedelta(rng.integers(0, 730, len(who)), unit="D")
    day = pd.Timestamp("2026-01-01")
    log, read = _timed(lambda: order_log(frame))
    found, whole = _timed(lambda: forecast(Plan(log, day, HORIZON)))
    now = log.number_of(day)
    cut, features = _timed(lambda: prepare(log, now, HORIZON, now))
    _, explained = _timed(lambda: reasons.explain(found.ladder, cut, "mean", found.season))
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(config={"threads": 1, "memory_limit": "2GB"}) as floor:
        known = pd.DataFrame(cut.traces.values).assign(customer_id=cut.known.customers)
        rows = pd.DataFrame({"a": cut.log_odds, "b": cut.expected_orders, "c": 1.0, "d": 1.0, "e": 1.0})
        floor.register("known", known)
        floor.register("scores", rows)
        floor.execute(f"attach '{folder}/f.duckdb' as f; create table f.features as select * from known")
        _, base = _timed(
            lambda: (
                floor.sql("select * from f.features").df(),
                floor.execute("create table f.s as select * from scores"),
            )
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    spent = whole + explained
    told = f"{spent / base:.1f} ({spent:.1f} s: features {features:.1f} s; {base:.2f} s)"
    yield f"score 1M customers, training and gate included (log read in {read:.1f} s)", "<= 15 x DuckDB", told
    yield "score 1M customers: peak memory", "< 6 GB", f"{peak:.1f} GB"


def synthetic() -> Iterator[Line]:
    from orchestration.world.company import write_world
    from orchestration.world.rhythm import YEAR
    from orchestration.world.truth import Truth, outlook

    day = date(2026, 8, 1)
    with tempfile.TemporaryDirectory() as folder:
        truth = Truth(write_world(12_000, 900, 3, Path(folder), day).truth)
        frame = truth.read(
            """
            select person_id as customer_id, ordered_at, goods_net / expected_order_value as amount
            from orders join people using (person_id)
            where origin = 'base' and ordered_at < $day and goods_net is not null
            """,
            day=day,
        )
        plan = Plan(order_log(frame), pd.Timestamp(day), HORIZON)
        found = forecast(plan)
        ids = plan.log.customer_ids[found.cut.known.customers]
        known = outlook(truth, day, HORIZON).set_index("person_id").loc[ids]
        rate = (
            truth.read("select person_id, purchase_rate from people").set_index("person_id").loc[ids]["purchase_rate"]
        )
        calendar = truth.calendar(HORIZON)
        begins = (day - calendar.first_day).days
        ahead = np.diff(calendar.elapsed(np.array([begins, begins + HORIZON])))[0]
    buys = known["alive_probability"].to_numpy() * -np.expm1(-rate.to_numpy() / YEAR * ahead)
    parts = np.array_split(np.argsort(found.buys, kind="stable"), 10)
    ece = sum(abs(found.buys[part].mean() - buys[part].mean()) * len(part) for part in parts) / len(buys)
    yield "synthetic company, 12,000 people: churn ECE against the true probability", "<= .02", f"{ece:.4f}"
    orders, true = found.outlook.expected_orders, known["forecast_orders"].to_numpy()
    parts = np.array_split(np.argsort(orders, kind="stable"), 10)
    off = [orders[part].mean() / true[part].mean() - 1 for part in parts]
    yield "synthetic company: orders by decile, worst, against the truth", "within 15 %", f"{max(off, key=abs):+.1%}"
    told = " ".join(f"{each:+.2f}" for each in off)
    yield "synthetic company: all ten", "", told


def asked(frame: pd.DataFrame, day: pd.Timestamp, horizon: int) -> tuple[Forecast, Outcome, float]:
    """A forecast on the log before the day, and what came after it, customer by customer."""
    began = time.process_time()
    found = forecast(Plan(order_log(frame[frame["ordered_at"] < day]), day, horizon))
    spent = time.process_time() - began
    whole = order_log(frame)
    return found, outcome(whole, snapshot(whole, whole.number_of(day)), horizon), spent


def _timed(work: Callable):
    began = time.process_time()
    found = work()
    return found, time.process_time() - began


def retail_log(path: Path) -> pd.DataFrame:
    """Invoices of known customers, goods only, returns below 0; lines that stand in both sheets once."""
    with duckdb.connect(config={"threads": 1, "memory_limit": "2GB"}) as connection:
        return connection.execute(
            """
            with lines as (select distinct * exclude (sheet) from read_parquet($path) where CustomerID is not null)
            select cast(CustomerID as varchar) as customer_id, min(InvoiceDate) as ordered_at,
                cast(sum(round(Quantity * Price, 2)) as double) as amount
            from lines where upper(StockCode) not in ('POST', 'DOT', 'C2', 'C3', 'BANK CHARGES', 'AMAZONFEE', 'CRUK',
                'B', 'ADJUST', 'ADJUST2', 'S', 'TEST001', 'TEST002')
            group by CustomerID, Invoice
            """,
            {"path": str(path)},
        ).df()


def _telco_features(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    total = pd.to_numeric(frame["TotalCharges"], errors="coerce").fillna(0)
    words = frame.select_dtypes("object" if "object" in map(str, frame.dtypes) else "str")
    words = words.drop(columns=["customerID", "Churn", "TotalCharges"], errors="ignore")
    services = (words == "Yes").sum(axis=1)
    monthly, tenure = frame["MonthlyCharges"], np.log1p(frame["tenure"])
    month, fibre = frame["Contract"] == "Month-to-month", frame["InternetService"] == "Fiber optic"
    numbers = pd.DataFrame(
        {
            "tenure": frame["tenure"],
            "log_tenure": tenure,
            "monthly": monthly,
            "total": np.log1p(total),
            "senior": frame["SeniorCitizen"],
            "rise": monthly - total / np.maximum(frame["tenure"], 1),
            "per_service": monthly / (1 + services),
            "month_tenure": month * tenure,
            "month_fibre": month & fibre,
            "month_check": month & (frame["PaymentMethod"] == "Electronic check"),
            "fibre_tenure": fibre * tenure,
        }
    )
    values = pd.concat([numbers, pd.get_dummies(words)], axis=1).to_numpy(dtype=float)
    return values, (frame["Churn"] == "Yes").to_numpy(dtype=float)


if __name__ == "__main__":
    main()
