"""One cutoff of a log, prepared: what was known, what the buy-till-you-die model makes of it, and what came after.

Here belongs the choice of the buy-till-you-die model with its fallback. Pareto/NBD comes first because it lets a
single buyer be gone; BG/NBD, which does not, is the last resort.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from models_ml.btyd import beta_geometric, gamma_gamma, pareto
from models_ml.btyd.fitting import NoFit
from models_ml.btyd.histories import Floats, Histories
from models_ml.order_log import OrderLog, Outcome, Snapshot, outcome, snapshot
from models_ml.traces import Traces, traces

Btyd = beta_geometric.BetaGeometric | pareto.Pareto
ACTIVE_DAYS = 365
SURE = 1e-4
LEARN_FROM = 20_000
FAMILIES: tuple[tuple[str, Callable[[Histories], Btyd]], ...] = (
    ("pareto_nbd", pareto.train),
    ("mbg_nbd", lambda histories: beta_geometric.train(histories, coins_at_first=1)),
    ("bg_nbd", lambda histories: beta_geometric.train(histories, coins_at_first=0)),
)


@dataclass(frozen=True)
class Timing:
    """The fitted model of when customers order, its family, and what was tried in vain before."""

    model: Btyd
    family: str
    note: str


@dataclass(frozen=True)
class Cut:
    """A cutoff, from the customers' side: element i of everything is the i-th customer of the snapshot.

    `log_odds` are those of P(an order within the horizon) by the buy-till-you-die model, (n,); `expected_orders` its
    orders; `order_value` the expected net value of one. `came` is None while the horizon is not over.
    """

    horizon: int
    known: Snapshot
    timing: Timing
    spend: gamma_gamma.Spend | None
    traces: Traces
    log_odds: Floats
    expected_orders: Floats
    came: Outcome | None = field(repr=False)

    @property
    def is_active(self) -> np.ndarray:
        """Whether the customer ordered within the last year: the population models are trained and judged on."""
        return self.known.recency <= ACTIVE_DAYS


def prepare(log: OrderLog, cutoff: int, horizon: int, last_day: int) -> Cut:
    """Everything models need of a cutoff. `last_day`: the first day that is not in the log any more.

    Raises order_log.LogRefused when nobody had ordered, NoFit when no buy-till-you-die model can be fitted.
    """
    known = snapshot(log, cutoff)
    timing = fit_timing(known.histories)
    rows, _, place = known.histories.distinct()
    # Orders of one day are one in the histories; people who order twice a day go on doing so.
    orders_a_day = float(known.orders.sum() / (known.histories.repeats + 1).sum())
    return Cut(
        horizon=horizon,
        known=known,
        timing=timing,
        spend=_spend(known),
        traces=traces(log, known),
        log_odds=log_odds(timing.model.buys(rows, horizon))[place],
        expected_orders=orders_a_day * timing.model.expect(rows, horizon)[place],
        came=outcome(log, known, horizon) if cutoff + horizon <= last_day else None,
    )


def fit_timing(histories: Histories) -> Timing:
    """The first family that can be fitted, on at most LEARN_FROM customers: more would not move four numbers.

    Raises NoFit when none can.
    """
    chosen = np.linspace(0, len(histories) - 1, min(len(histories), LEARN_FROM)).astype(np.intp)
    sample, failures = histories.take(chosen), list[str]()
    for family, train in FAMILIES:
        try:
            return Timing(train(sample), family, " ".join(failures))
        except NoFit as why:
            failures.append(f"{family}: {why}")
    raise NoFit(" ".join(failures))


def log_odds(probability: Floats) -> Floats:
    """The logarithm of p / (1 - p), with p held off 0 and 1 by SURE."""
    held = np.clip(probability, SURE, 1 - SURE)
    return np.log(held) - np.log1p(-held)


def probability(margin: Floats) -> Floats:
    """The inverse of `log_odds`."""
    return 1 / (1 + np.exp(-np.clip(margin, -40, 40)))


def _spend(known: Snapshot) -> gamma_gamma.Spend | None:
    try:
        return gamma_gamma.train(known.orders, known.net)
    except NoFit:
        return None
