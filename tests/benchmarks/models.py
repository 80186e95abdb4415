"""`python -m tests.benchmarks.models`: the goals of value and churn, on the data they are named for, in one run.

CDNOW lies in the wheel of `lifetimes`; Online Retail II and Telco in the shared data folder beside the checkout, which
is not part of the project (CRM_SHARED_DATA names another place): what is not there is skipped by name. Everything is
strictly out of time: a forecast for a day gets a log that ends before it. What is measured on a million customers
stands in `models_at_scale`, segments and personas in `portraits`, other logs than the goals name in
`models_elsewhere`. Seconds are of the processor, in this run, one thread.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from models_ml import additive, evaluation, gate, logistic
from models_ml.btyd import beta_geometric, pareto
from models_ml.cuts import probability
from models_ml.forecast import Forecast, score
from models_ml.order_log import Outcome, order_log
from models_ml.training import Plan, train
from tests.models_ml.invented_log import came_to, cdnow, cdnow_histories

SHARED = Path(os.environ.get("CRM_SHARED_DATA", Path(__file__).resolve().parents[2].parent / "shared" / "data"))
CUTOFFS = ("2011-03-13", "2011-05-12", "2011-07-11", "2011-09-09")
HORIZON = 90
Line = tuple[str, str, str]


def main() -> None:
    from tests.benchmarks.models_at_scale import PARTS

    parts = [published_digits, cdnow_value, retail, telco, *PARTS, synthetic, portraits]
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
        guard = "season of a year ago" if found.model.season.source == "year_ago" else "no season known"
        total = evaluation.total_error(net, money)
        goal = "within 10 %" if found.model.season.source == "year_ago" else ""
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


def synthetic() -> Iterator[Line]:
    from orchestration.world.company import write_world
    from orchestration.world.rhythm import YEAR
    from orchestration.world.truth import Truth, outlook

    day = date(2026, 8, 1)
    with tempfile.TemporaryDirectory() as folder:
        truth = Truth(write_world(12_000, 900, 3, Path(folder), day).truth)
        frame = truth.read(
            """
            with units as (select currency_code, avg(expected_order_value) as unit from people group by all)

            select person_id as customer_id, ordered_at, goods_net / unit as amount
            from orders join people using (person_id) join units on units.currency_code = people.currency_code
            where origin = 'base' and ordered_at < $day and goods_net is not null
            """,
            day=day,
        )
        plan = Plan(order_log(frame), pd.Timestamp(day), HORIZON)
        found = score(train(plan).model, plan.log, plan.as_of)
        ids = found.customer_ids
        known = outlook(truth, day, HORIZON).set_index("person_id").loc[ids]
        people = truth.read(
            """
            select person_id, purchase_rate, avg(expected_order_value) over (partition by currency_code) as unit
            from people
            """
        )
        people = people.set_index("person_id").loc[ids]
        rate = people["purchase_rate"]
        calendar = truth.calendar(HORIZON)
        begins = (day - calendar.first_day).days
        ahead = np.diff(calendar.elapsed(np.array([begins, begins + HORIZON])))[0]
    buys = known["alive_probability"].to_numpy() * -np.expm1(-rate.to_numpy() / YEAR * ahead)
    parts = np.array_split(np.argsort(found.buys, kind="stable"), 10)
    ece = sum(abs(found.buys[part].mean() - buys[part].mean()) * len(part) for part in parts) / len(buys)
    yield "synthetic company, 12,000 people: churn ECE against the true probability", "<= .02", f"{ece:.4f}"
    money = (known["forecast_net_revenue"] / people["unit"]).to_numpy()
    yield from _by_decile("orders", found.outlook.expected_orders, known["forecast_orders"].to_numpy())
    yield from _by_decile("net revenue", found.outlook.expected_net_revenue, money)


def _by_decile(what: str, told: np.ndarray, true: np.ndarray) -> Iterator[Line]:
    parts = np.array_split(np.argsort(told, kind="stable"), 10)
    off = [told[part].mean() / true[part].mean() - 1 for part in parts]
    worst = f"{max(off, key=abs):+.1%}"
    yield f"synthetic company: {what} by decile, worst, against the truth", "within 15 %", worst
    yield (
        f"synthetic company: {what}, all ten; total",
        "",
        " ".join([f"{each:+.2f}" for each in off] + [f"; {told.sum() / true.sum() - 1:+.1%}"]),
    )


def portraits() -> Iterator[Line]:
    """Segments, personas, trust, preferences and leads, on the demo's run."""
    from tests.benchmarks.portraits import parts

    data = Path(os.environ.get("CRM_DATA", "data"))
    if not (data / "published/current.json").is_file():
        yield "segments, personas, trust, leads", "", "skipped: no finished run (make demo leaves one)"
        return
    for part in parts(data):
        for what, reached, goal in part:
            yield what, goal, reached


def asked(frame: pd.DataFrame, day: pd.Timestamp, horizon: int) -> tuple[Forecast, Outcome, float]:
    """A forecast on the log before the day, and what came after it, customer by customer."""
    began = time.process_time()
    plan = Plan(order_log(frame[frame["ordered_at"] < day]), day, horizon)
    found = score(train(plan).model, plan.log, day)
    spent = time.process_time() - began
    return found, came_to(found, frame), spent


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
