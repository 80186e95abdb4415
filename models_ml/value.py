"""What will each customer order and bring in within the horizon, and over years, and how sure is that?

Here belong expected orders, expected net revenue, its 80 % interval and the discounted lifetime value. Orders come
from a buy-till-you-die model (`cuts`), bent by the rung of `churn` that passed its gate: where the ladder knows better
whether somebody buys, it knows better how often. The worth of an order comes from Gamma-Gamma over all orders net of
returns.

The interval is that of a compound distribution: nothing at all with probability 1 - P(buys), else a lognormal amount
with the mean and variance that number and worth of orders give (their parameters are uncertain per customer, which is
in the variance). Its nominal level is set, per quarter of the customers by forecast, where 80 % were covered at the
complete cutoffs, each cutoff's own level taken out; how far levels moved from cutoff to cutoff widens it again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from models_ml.btyd.histories import Floats
from models_ml.churn import PERSISTS, SEASON_NEEDS_DAYS
from models_ml.cuts import Cut, probability

COVERED = 0.80
QUARTERS = 4
BEND_LIMITS = (0.2, 5.0)
LEVELS = np.round(np.arange(0.60, 0.986, 0.005), 3)
UNKNOWN_LEVEL_SPREAD = 0.25


@dataclass(frozen=True)
class Value:
    """What the complete cutoffs taught about level and spread.

    `level` in logarithms of money (added to the forecast), `season` where it comes from, `level_spread` its standard
    deviation; `quarter_edges` (3) of expected net revenue, `nominal` (4) the level of the interval in each quarter.
    """

    level: float
    season: str
    level_spread: float
    quarter_edges: tuple[float, ...]
    nominal: tuple[float, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Value":
        """The inverse of `to_dict`."""
        edges, nominal = tuple(stored["quarter_edges"]), tuple(stored["nominal"])
        return cls(float(stored["level"]), str(stored["season"]), float(stored["level_spread"]), edges, nominal)


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
    """A complete cutoff and the log-odds of buying by the published rung, with the level of the cutoff put in."""

    cut: Cut
    margin: Floats


def train(past: Sequence[Past], year_ago: Past | None) -> Value:
    """Learn level and spread from complete cutoffs, newest first; with none of them the model says what it assumes."""
    if not past:
        return Value(0.0, "none", UNKNOWN_LEVEL_SPREAD, (0.0, 0.0, 0.0), (COVERED,) * QUARTERS)
    levels = np.array([_level_of(one) for one in past])
    if year_ago is not None and year_ago.cut.known.cutoff >= SEASON_NEEDS_DAYS:
        level, source, spread = _level_of(year_ago), "year_ago", PERSISTS * _spread(levels)
    else:
        level, source, spread = PERSISTS * float(levels[0]), "newest", _spread(levels)
    means = [_mean(one.cut, one.margin)[one.cut.is_active] * np.exp(at) for one, at in zip(past, levels, strict=True)]
    edges = np.quantile(np.concatenate(means), [0.25, 0.5, 0.75])
    nominal = _nominal(past, levels, edges)
    return Value(level, source, spread, tuple(map(float, edges)), nominal)


def score(model: Value, cut: Cut, margin: Floats) -> Outlook:
    """The outlook of every customer of a cut. `margin`: log-odds of buying, level of the season included, (n,)."""
    mean = _mean(cut, margin) * np.exp(model.level)
    buys = probability(margin)
    spread = np.sqrt(_log_variance(cut, buys) + model.level_spread**2)
    nominal = np.array(model.nominal)[np.searchsorted(model.quarter_edges, mean, side="right")]
    lower, upper = interval(mean, 1 - buys, spread, nominal)
    return Outlook(buys, cut.expected_orders * _bend(cut, buys), mean, lower, upper)


def interval(mean: Floats, nothing: Floats, spread: Floats, nominal: Floats) -> tuple[Floats, Floats]:
    """Lower and upper end where the amount is 0 with probability `nothing`, else lognormal with this overall mean.

    With tails of (1 - nominal) / 2. Once nothing at all is likelier than the lower tail the interval begins at 0 and
    gives the tail it saved to the upper end, so it never covers much more than it says.
    """
    from scipy.special import ndtri

    tail = (1 - nominal) / 2
    positive = np.maximum(1 - nothing, 1e-9)
    centre = np.log(np.maximum(mean, 1e-9) / positive) - spread**2 / 2
    top = 1 - tail - np.clip(nothing - tail, 0.0, tail)

    def quantile(level: Floats) -> Floats:
        inside = (level - nothing) / positive
        return np.where(inside > 0, np.exp(centre + spread * ndtri(np.clip(inside, 1e-9, 1 - 1e-9))), 0.0)

    return np.where(nothing < tail, quantile(tail), 0.0), quantile(top)


def lifetime_value(cut: Cut, years: int = 3, yearly_discount: float = 0.10) -> Floats:
    """Net revenue expected over the coming years, each quarter of a year discounted from its middle, (n,)."""
    rows, _, place = cut.known.histories.distinct()
    quarter = 365 / 4
    up_to = np.array([cut.timing.model.expect(rows, quarter * (i + 1)) for i in range(4 * years)])
    orders = np.diff(np.vstack([np.zeros(len(rows)), up_to]), axis=0)
    discount = (1 + yearly_discount) ** -((np.arange(4 * years) + 0.5) / 4)
    a_day = float(cut.known.orders.sum() / (cut.known.histories.repeats + 1).sum())
    return (discount @ orders)[place] * a_day * _order_value(cut)


def _mean(cut: Cut, margin: Floats) -> Floats:
    return cut.expected_orders * _bend(cut, probability(margin)) * _order_value(cut)


def _bend(cut: Cut, buys: Floats) -> Floats:
    """How much oftener somebody orders who buys with this probability and not the buy-till-you-die model's: the ratio
    of the rates at which a Poisson stream gives them."""
    return np.clip(np.log1p(-np.minimum(buys, 1 - 1e-6)) / np.log1p(-probability(cut.log_odds)), *BEND_LIMITS)


def _order_value(cut: Cut) -> Floats:
    if cut.spend is None:
        return np.zeros(len(cut.known))
    return cut.spend.expect(cut.known.orders, cut.known.net)


def _log_variance(cut: Cut, buys: Floats) -> Floats:
    """Variance of the logarithm of what a buyer spends: that of a lognormal with the variance of the compound sum."""
    if cut.spend is None:
        return np.zeros(len(cut.known))
    rows, _, place = cut.known.histories.distinct()
    orders = np.maximum(cut.expected_orders, 1e-12)
    squared_orders = np.maximum(cut.timing.model.second_moment(rows, cut.horizon)[place], orders)
    own_squared, one_order = cut.spend.second_moment(cut.known.orders, cut.known.net)
    second = orders * one_order + squared_orders * own_squared
    chance = probability(cut.log_odds)
    mean = orders * _order_value(cut) / chance
    return np.log(np.maximum(second / chance / np.maximum(mean, 1e-12) ** 2, 1.02))


def _level_of(one: Past) -> float:
    """Logarithm of actual over expected total of the active, held to a factor of 3."""
    active = one.cut.is_active
    came = one.cut.came
    if came is None:
        raise ValueError("A cutoff whose horizon is not over has no level.")
    expected = float(_mean(one.cut, one.margin)[active].sum())
    actual = float(came.net[active].sum())
    return float(np.clip(np.log(max(actual, 1e-9) / max(expected, 1e-9)), -np.log(3), np.log(3)))


def _spread(levels: Floats) -> float:
    return float(np.std(levels, ddof=1)) if len(levels) > 2 else UNKNOWN_LEVEL_SPREAD


def _nominal(past: Sequence[Past], levels: Floats, edges: Floats) -> tuple[float, ...]:
    parts = [_seen(one, level) for one, level in zip(past, levels, strict=True)]
    mean, nothing, spread, actual = (np.concatenate(column) for column in zip(*parts, strict=True))
    quarter = np.searchsorted(edges, mean, side="right")
    return tuple(
        _level_that_covers(*(column[quarter == at] for column in (mean, nothing, spread, actual)))
        for at in range(QUARTERS)
    )


def _seen(one: Past, level: float) -> tuple[Floats, Floats, Floats, Floats]:
    active = one.cut.is_active
    buys = probability(one.margin)
    came = one.cut.came.net if one.cut.came is not None else np.zeros(len(buys))
    columns = (_mean(one.cut, one.margin) * np.exp(level), 1 - buys, np.sqrt(_log_variance(one.cut, buys)), came)
    mean, nothing, spread, actual = (column[active] for column in columns)
    return mean, nothing, spread, actual


def _level_that_covers(mean: Floats, nothing: Floats, spread: Floats, actual: Floats) -> float:
    """The lowest nominal level at which COVERED of the actual amounts lie inside; 50 customers' worth of caution."""
    for nominal in LEVELS:
        lower, upper = interval(mean, nothing, spread, np.full(len(mean), nominal))
        inside = (np.maximum(actual, 0.0) >= lower - 1e-9) & (np.maximum(actual, 0.0) <= upper + 1e-9)
        if len(mean) and inside.mean() >= COVERED:
            return float((len(mean) * nominal + 50 * COVERED) / (len(mean) + 50))
    return float(LEVELS[-1])
