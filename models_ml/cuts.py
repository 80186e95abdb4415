"""One cutoff of a log, prepared: what was known, what the buy-till-you-die model makes of it, and what came after.

Here belongs the choice of the buy-till-you-die model with its fallback: the average of Pareto/NBD and MBG/NBD, which
both let a single buyer be gone. BG/NBD, which does not, stands in for them; where nothing can be fitted, all three are
tried again with a weak prior (`btyd.fitting`).
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models_ml.btyd import beta_geometric, gamma_gamma, pareto
from models_ml.btyd.averaged import Averaged, Single
from models_ml.btyd.beta_geometric import BetaGeometric
from models_ml.btyd.fitting import FREE, WEAK, NoFit
from models_ml.btyd.histories import Floats, Histories
from models_ml.btyd.pareto import Pareto
from models_ml.order_log import OrderLog, Outcome, Snapshot, outcome, snapshot
from models_ml.traces import Traces, traces

ACTIVE_DAYS = 365
SURE = 1e-4
LEARN_FROM = 20_000
Families = tuple[tuple[str, Callable[[Histories, Any, float], Single]], ...]
FAMILIES: Families = (
    ("pareto_nbd", pareto.train),
    ("mbg_nbd", lambda histories, near, prior: beta_geometric.train(histories, 1, near, prior)),
)
LAST_RESORT: Families = (("bg_nbd", lambda histories, near, prior: beta_geometric.train(histories, 0, near, prior)),)
HELD = "Held by a weak prior, as customers are too much alike for their differences to be estimated."


@dataclass(frozen=True)
class Timing:
    """The fitted model of when customers order, its family, and what was tried in vain before."""

    model: Averaged
    family: str
    note: str

    def part(self, family: str) -> Single | None:
        """The fitted model of one family; None where it could not be fitted."""
        return self._parts().get(family)

    def _parts(self) -> dict[str, Single]:
        return dict(zip(self.family.split("+"), self.model.parts, strict=True))

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        return {"parts": {family: asdict(part) for family, part in self._parts().items()}, "note": self.note}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Timing":
        """The inverse of `to_dict`."""
        parts = [
            Pareto(**numbers) if family == "pareto_nbd" else BetaGeometric(**numbers)
            for family, numbers in stored["parts"].items()
        ]
        return cls(Averaged(tuple(parts)), "+".join(stored["parts"]), stored["note"])


@dataclass(frozen=True)
class Fits:
    """What a cutoff is seen with: the models of when customers order, and of what an order is worth (None: nobody
    brought enough to tell)."""

    timing: Timing
    spend: gamma_gamma.Spend | None

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        return {"timing": self.timing.to_dict(), "spend": asdict(self.spend) if self.spend else None}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Fits":
        """The inverse of `to_dict`."""
        spend = gamma_gamma.Spend(**stored["spend"]) if stored["spend"] else None
        return cls(Timing.from_dict(stored["timing"]), spend)


@dataclass(frozen=True, eq=False)
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

    @property
    def outcome(self) -> Outcome:
        """What came. Raises ValueError while the horizon is not over."""
        if self.came is None:
            raise ValueError(f"The horizon of cutoff {self.known.cutoff} is not over: nothing is known of what came.")
        return self.came

    @property
    def orders_a_day(self) -> float:
        """Orders of one day are one in the histories; people who order twice a day go on doing so."""
        return _orders_a_day(self.known)

    @cached_property
    def squared_orders(self) -> Floats:
        """E[orders squared] within the horizon by the buy-till-you-die model, (n,): of days with an order, each with
        one and a Poisson number more (Wald's identities)."""
        rows, _, place = self.known.histories.distinct()
        a_day = self.orders_a_day
        return (
            a_day**2 * self.timing.model.second_moment(rows, self.horizon)[place]
            + (1 - 1 / a_day) * self.expected_orders
        )


def prepare(log: OrderLog, cutoff: int, horizon: int, last_day: int, near: Timing | None = None) -> Cut:
    """Everything models need of a cutoff. `last_day`: the first day that is not in the log any more; `near`: what was
    fitted at another cutoff, to begin from.

    Raises refusal.Refused when nobody had ordered, NoFit when no buy-till-you-die model can be fitted.
    """
    known = snapshot(log, cutoff)
    came = outcome(log, known, horizon) if cutoff + horizon <= last_day else None
    return _cut(log, known, fit(known, near), horizon, came)


def fit(known: Snapshot, near: Timing | None = None) -> Fits:
    """The models of a cutoff, learnt from at most LEARN_FROM customers. Raises NoFit when none can be fitted."""
    return Fits(fit_timing(known.histories, near), _spend(known))


def seen(log: OrderLog, cutoff: int, horizon: int, fits: Fits) -> Cut:
    """A cutoff seen with models that were fitted elsewhere; what came after it is not told.

    Raises refusal.Refused when nobody had ordered.
    """
    return _cut(log, snapshot(log, cutoff), fits, horizon, None)


def _cut(log: OrderLog, known: Snapshot, fits: Fits, horizon: int, came: Outcome | None) -> Cut:
    rows, _, place = known.histories.distinct()
    return Cut(
        horizon=horizon,
        known=known,
        timing=fits.timing,
        spend=fits.spend,
        traces=traces(log, known),
        log_odds=log_odds(fits.timing.model.buys(rows, horizon))[place],
        expected_orders=_orders_a_day(known) * fits.timing.model.expect(rows, horizon)[place],
        came=came,
    )


def _orders_a_day(known: Snapshot) -> float:
    return float(known.orders.sum() / (known.histories.repeats + 1).sum())


def fit_timing(histories: Histories, near: Timing | None = None) -> Timing:
    """The average of FAMILIES, or of those of them that can be fitted, else the last resort, else the same with a weak
    prior; `note` tells what was tried in vain.

    On at most LEARN_FROM customers: more would not move four numbers. Raises NoFit when none can be fitted.
    """
    sample, failures = histories.take(_some(len(histories))), list[str]()
    for prior, families in product((FREE, WEAK), (FAMILIES, LAST_RESORT)):
        fitted: dict[str, Single] = {}
        for family, train in families:
            try:
                fitted[family] = train(sample, near and near.part(family), prior)
            except NoFit as why:
                failures.append(f"{family}: {why}")
        if fitted:
            said = [*failures, HELD] if prior == WEAK else failures
            return Timing(Averaged(tuple(fitted.values())), "+".join(fitted), " ".join(said))
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
        some = _some(len(known))
        return gamma_gamma.train(known.orders[some], known.net[some])
    except NoFit:
        return None


def _some(count: int) -> NDArray[np.intp]:
    return np.linspace(0, count - 1, min(count, LEARN_FROM)).astype(np.intp)
