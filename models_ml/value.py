"""What will each customer order and bring in within the horizon, and over years, and how sure is that?

Here belong expected orders, expected net revenue, its 80 % interval and the discounted lifetime value. Orders come
from a buy-till-you-die model (`cuts`), bent by the rung of `churn` that passed its gate: where the ladder knows better
whether somebody buys, it knows better how often. A season is no trait of a customer and bends nobody: it is a level of
orders and one of money, for everybody alike. The worth of an order comes from Gamma-Gamma over all orders net of
returns. Where the gate finds that what somebody spent of late says more than that, the amount is multiplied by what the
past cutoffs show it to be worth (`tweedie`). What past cutoffs show of the proportions between those who are expected
to bring little and much is put right last (`shape`).

The interval is that of a compound distribution: nothing at all with probability 1 - P(buys), else a lognormal amount
with the mean and variance that number and worth of orders give (their parameters are uncertain per customer, which is
in the variance). Per quarter of the customers by forecast its nominal level is lowered, or the interval stretched, to
where 80 % were covered at the complete cutoffs, each cutoff's own level taken out; how far levels moved from cutoff to
cutoff widens it again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from models_ml import shape, tweedie
from models_ml.btyd.histories import Floats
from models_ml.churn import SEASON_NEEDS_DAYS, STEP_DAYS
from models_ml.cuts import Cut, probability
from models_ml.levels import PERSISTS, Level, believed
from models_ml.shape import Shape
from models_ml.tweedie import Tweedie

COVERED = 0.80
QUARTERS = 4
BEND_LIMITS = (0.2, 5.0)
LEVELS, STRETCHES = np.round(np.arange(0.60, 0.80, 0.01), 2), np.round(np.arange(1.05, 4.01, 0.05), 2)
UNKNOWN_LEVEL_SPREAD = 0.25
MOST = 10.0  # times that a season lies above or below what is expected
LIFETIME_NODES, LIFETIME_WEIGHTS = np.polynomial.legendre.leggauss(4)


@dataclass(frozen=True)
class Value:
    """What the complete cutoffs taught about level and spread.

    `level` in logarithms of money (added to the forecast), `season` where it comes from, `level_spread` its standard
    deviation; `orders_level` the level of orders; `quarter_edges` (3) of expected net revenue; by quarter (4) the
    `nominal` level of the interval and the factor by which its ends lie further from its middle than the model says
    (`stretch`). `spending`: the factor that recent spending was found to be worth; None: none. `shape`: the proportions
    of money.
    """

    level: float
    season: str
    level_spread: float
    quarter_edges: tuple[float, ...]
    nominal: tuple[float, ...]
    stretch: tuple[float, ...]
    orders_level: float = 0.0
    spending: Tweedie | None = None
    shape: Shape = shape.PLAIN

    def mean(self, cut: Cut, margin: Floats) -> Floats:
        """Expected net revenue by the log-odds of buying before the season's level; that of money is included, (n,)."""
        return self.shape.of(_corrected(cut, margin, self.spending) * np.exp(self.level))

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        spending = self.spending.to_dict() if self.spending else None
        parts = {"spending": spending, "shape": self.shape.to_dict()}
        return {field.name: getattr(self, field.name) for field in fields(self)} | parts

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Value":
        """The inverse of `to_dict`."""
        lists = {name: tuple(stored[name]) for name in ("quarter_edges", "nominal", "stretch")}
        spending = Tweedie.from_dict(stored["spending"]) if stored["spending"] else None
        return cls(**{**stored, **lists, "spending": spending, "shape": Shape.from_dict(stored["shape"])})


@dataclass(frozen=True)
class Outlook:
    """Per customer, (n,) each: P(an order), expected orders, expected net revenue and its 80 % interval (money)."""

    buys: Floats
    expected_orders: Floats
    expected_net_revenue: Floats
    lower_80: Floats
    upper_80: Floats


@dataclass(frozen=True)
class Past:
    """A complete cutoff, the log-odds of buying by the published rung, and the cutoff's own level of them."""

    cut: Cut
    margin: Floats
    level: float


def train(past: Sequence[Past], year_ago: Past | None, spending: Tweedie | None = None) -> Value:
    """Learn level and spread from complete cutoffs, newest first; with none of them the model says what it assumes."""
    if not past:
        return Value(0.0, "none", UNKNOWN_LEVEL_SPREAD, (0.0,) * 3, (COVERED,) * QUARTERS, (1.0,) * QUARTERS)
    means = [_corrected(one.cut, one.margin, spending) for one in past]
    levels = [_level_of(one.cut, mean) for one, mean in zip(past, means, strict=True)]
    then, orders_then = None, None
    if year_ago is not None and year_ago.cut.known.cutoff >= SEASON_NEEDS_DAYS:
        then = _level_of(year_ago.cut, _corrected(year_ago.cut, year_ago.margin, spending))
        orders_then = _orders_level_of(year_ago)
    belief = believed(then, levels)
    orders = believed(orders_then, [_orders_level_of(one) for one in past])
    spread = _spread(levels) * (PERSISTS if then else 1.0)
    seen = [_seen(one, mean * np.exp(at.value)) for one, mean, at in zip(past, means, levels, strict=True)]
    mean, nothing, log_sd, actual = (np.concatenate(column) for column in zip(*seen, strict=True))
    proportions = shape.train(mean, actual, min(1.0, STEP_DAYS / past[0].cut.horizon))
    mean = proportions.of(mean)
    edges = tuple(map(float, np.quantile(mean, [0.25, 0.5, 0.75])))
    quarter = np.searchsorted(edges, mean, side="right")
    widths = [
        _width_that_covers(*(column[quarter == at] for column in (mean, nothing, log_sd, actual)))
        for at in range(QUARTERS)
    ]
    nominal, stretch = zip(*widths, strict=True)
    return Value(belief.level, belief.source, spread, edges, nominal, stretch, orders.level, spending, proportions)


def recent_spending(past: Sequence[Past]) -> Tweedie | None:
    """What the traces of customers say of their spending beyond the forecast; None where nothing is known of it."""
    told = []
    for one in past:
        active, mean = one.cut.is_active, _mean(one.cut, one.margin)
        mean = mean * np.exp(_level_of(one.cut, mean).value)
        told.append((one.cut.traces.values[active], one.cut.outcome.net[active], mean[active]))
    if not told:
        return None
    values, actual, expected = (np.concatenate(column) for column in zip(*told, strict=True))
    if expected.max() <= 0:
        return None
    weights = np.full(len(actual), min(1.0, STEP_DAYS / past[0].cut.horizon))
    return tweedie.train(values, actual, expected, weights)


def score(model: Value, cut: Cut, margin: Floats, level: float) -> Outlook:
    """The outlook of every customer of a cut. `margin`: log-odds of buying, (n,), before the `level` of the season."""
    mean = model.mean(cut, margin)
    buys = probability(margin + level)
    quarter = np.searchsorted(model.quarter_edges, mean, side="right")
    spread = np.sqrt(_log_variance(cut) + model.level_spread**2)
    width = np.array(model.nominal)[quarter], np.array(model.stretch)[quarter]
    lower, upper = interval(mean, 1 - buys, spread, *width)
    return Outlook(buys, _orders(cut, margin) * np.exp(model.orders_level), mean, lower, upper)


def interval(
    mean: Floats, nothing: Floats, spread: Floats, nominal: Floats, stretch: Floats | float = 1.0
) -> tuple[Floats, Floats]:
    """Lower and upper end where the amount is 0 with probability `nothing`, else lognormal with this overall mean.

    With tails of (1 - nominal) / 2. Once nothing at all is likelier than the lower tail the interval begins at 0 and
    gives the tail it saved to the upper end, so it never covers much more than it says. `stretch` moves the ends away
    from the median and leaves that where it is.
    """
    from scipy.special import ndtri

    tail = (1 - nominal) / 2
    positive = np.maximum(1 - nothing, 1e-9)
    centre = np.log(np.maximum(mean, 1e-9) / positive) - spread**2 / 2
    top = 1 - tail - np.clip(nothing - tail, 0.0, tail)

    def quantile(level: Floats) -> Floats:
        inside = (level - nothing) / positive
        return np.where(inside > 0, np.exp(centre + stretch * spread * ndtri(np.clip(inside, 1e-9, 1 - 1e-9))), 0.0)

    return np.where(nothing < tail, quantile(tail), 0.0), quantile(top)


def lifetime_value(cut: Cut, years: int = 3, yearly_discount: float = 0.10) -> Floats:
    """Net revenue expected over the coming years, discounted continuously, (n,).

    Discounted orders are D(T) E(T) + the integral of -D'(t) E(t) over the years, E(t) being the orders expected up to t
    and D(t) = (1 + discount)^-t; Gauss-Legendre needs few nodes, as E bends but little.
    """
    rows, _, place = cut.known.histories.distinct()
    at = np.append((LIFETIME_NODES + 1) / 2 * years, years)
    discount = (1 + yearly_discount) ** -at
    weights = np.append(LIFETIME_WEIGHTS / 2 * years * np.log1p(yearly_discount), 1.0) * discount
    up_to = cut.timing.model.expect_by(rows, [365 * float(year) for year in at])
    orders = sum((weight * upto for weight, upto in zip(weights, up_to, strict=True)), np.zeros(len(rows)))
    return orders[place] * cut.orders_a_day * _order_value(cut)


def _orders(cut: Cut, margin: Floats) -> Floats:
    return cut.expected_orders * _bend(cut, probability(margin))


def _mean(cut: Cut, margin: Floats) -> Floats:
    return _orders(cut, margin) * _order_value(cut)


def _bend(cut: Cut, buys: Floats) -> Floats:
    """How much oftener somebody orders who buys with this probability and not the buy-till-you-die model's: the ratio
    of the rates at which a Poisson stream gives them, raised to the share of what a count of orders tells about its
    rate that is told by whether there was any (Fisher information: rate / (e^rate - 1)). Who buys for certain is not
    bent.
    """
    rate, other = (-np.log1p(-np.minimum(p, 1 - 1e-6)) for p in (probability(cut.log_odds), buys))
    return np.clip((other / rate) ** (rate / np.expm1(rate)), *BEND_LIMITS)


def _order_value(cut: Cut) -> Floats:
    if cut.spend is None:
        return np.zeros(len(cut.known))
    return cut.spend.expect(cut.known.orders, cut.known.net)


def _log_variance(cut: Cut) -> Floats:
    """Variance of the logarithm of what a buyer spends: that of a lognormal with the variance of the compound sum."""
    if cut.spend is None:
        return np.zeros(len(cut.known))
    orders = np.maximum(cut.expected_orders, 1e-12)
    squared_orders = np.maximum(cut.squared_orders, orders)
    own_squared, one_order = cut.spend.second_moment(cut.known.orders, cut.known.net)
    second = orders * one_order + squared_orders * own_squared
    chance = probability(cut.log_odds)
    mean = orders * _order_value(cut) / chance
    return np.log(np.maximum(second / chance / np.maximum(mean, 1e-12) ** 2, 1.02))


def _corrected(cut: Cut, margin: Floats, spending: Tweedie | None) -> Floats:
    mean = _mean(cut, margin)
    return mean if spending is None else mean * np.clip(spending.factor(cut.traces.values), *BEND_LIMITS)


def _level_of(cut: Cut, mean: Floats) -> Level:
    return _level(cut.outcome.net[cut.is_active], mean[cut.is_active])


def _orders_level_of(one: Past) -> Level:
    active = one.cut.is_active
    return _level(one.cut.outcome.orders[active], _orders(one.cut, one.margin)[active])


def _level(actual: Floats, expected: Floats) -> Level:
    """Logarithm of actual over expected total, held to a factor of MOST."""
    total = max(float(expected.sum()), 1e-9)
    ratio = max(float(actual.sum()), 1e-9) / total
    error = float(np.sqrt(np.square(actual - ratio * expected).sum())) / total / max(ratio, 1e-9)
    return Level(float(np.clip(np.log(ratio), -np.log(MOST), np.log(MOST))), error)


def _spread(levels: Sequence[Level]) -> float:
    return float(np.std([one.value for one in levels], ddof=1)) if len(levels) > 2 else UNKNOWN_LEVEL_SPREAD


def _seen(one: Past, mean: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    active, buys = one.cut.is_active, probability(one.margin + one.level)
    columns = (mean, 1 - buys, np.sqrt(_log_variance(one.cut)), np.maximum(one.cut.outcome.net, 0.0))
    mean, nothing, spread, actual = (column[active] for column in columns)
    return mean, nothing, spread, actual


def _width_that_covers(mean: Floats, nothing: Floats, spread: Floats, actual: Floats) -> tuple[float, float]:
    """Nominal level and stretch at which COVERED of the actual amounts lie inside: the lowest level that is enough
    where COVERED is, else the smallest stretch on the grid. 50 customers' worth of caution."""

    def covers(nominal: float, stretch: float) -> bool:
        lower, upper = interval(mean, nothing, spread, np.full(len(mean), nominal), stretch)
        return bool(((actual >= lower - 1e-9) & (actual <= upper + 1e-9)).mean() >= COVERED)

    if not len(mean):
        return COVERED, 1.0
    cautious = len(mean) / (len(mean) + 50)
    if covers(COVERED, 1.0):
        nominal = next((level for level in LEVELS if covers(level, 1.0)), COVERED)
        return float(cautious * nominal + (1 - cautious) * COVERED), 1.0
    stretch = next((factor for factor in STRETCHES if covers(COVERED, factor)), STRETCHES[-1])
    return COVERED, float(cautious * stretch + 1 - cautious)
