"""Sales forecast: a ladder of rungs, tried on the past, of which the best is used.

Rungs, plainest first: `last` (what came last comes again), `year_ago` (the same period a year before),
`year_ago_grown` (that times the growth of the last year), `ets` (exponential smoothing on logarithms: level, damped
trend and, where two years are known, season; Hyndman et al., Forecasting with Exponential Smoothing, 2008, chapter 2
- of the forms that can be fitted, the one with the least AICc). A rolling back-test forecasts each of the latest
periods from what was known before it; the rung with the least error, weighed by size (WAPE), is used, a later one
only if it is better by a twentieth.

Intervals are 80 % ones: errors of the back-test on a log scale, by number of periods ahead, normal around no bias,
wider for having been estimated from few (Student's t)."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from models_ml.history import Floats
from models_ml.refusal import need

MINIMUM_PERIODS = 12
FOLDS = 8
WHOLE_MONTH_BY = 7  # day of the month
BETTER_BY = 0.95
COVERAGE_TAIL = 0.9  # upper end of an 80 % interval
DAMPING = 0.9
RUNGS = ("last", "year_ago", "year_ago_grown", "ets")


@dataclass(frozen=True)
class Forecast:
    """`values`, `lower_80`, `upper_80` [h]; `rung` used; `errors`: WAPE of each rung in the back-test; `coverage`:
    share of back-tested values within intervals made without them; `folds`: forecasts tried."""

    values: Floats
    lower_80: Floats
    upper_80: Floats
    rung: str
    errors: dict[str, float]
    coverage: float
    folds: int


def forecast(series: Floats, season: int, ahead: int) -> Forecast:
    """`series`: one value a period, complete ones only, oldest first, in a unit of money; `season`: periods in a year;
    `ahead`: periods to tell. Raises Refused below MINIMUM_PERIODS."""
    from scipy import stats

    need(len(series), MINIMUM_PERIODS, "complete periods of sales are known", "完整的销售周期")
    series = np.maximum(series, 0.0)
    starts = [start for start in range(len(series) - FOLDS - ahead + 1, len(series)) if start >= MINIMUM_PERIODS - 2]
    tried = {
        rung: {start: _tell(rung, series[:start], season, min(ahead, len(series) - start)) for start in starts}
        for rung in RUNGS
        if _can(rung, starts[0], season)
    }
    errors = {rung: _wape(told, series) for rung, told in tried.items()}
    best = next(iter(errors))
    for rung in errors:
        if errors[rung] < BETTER_BY * errors[best]:
            best = rung
    values = _tell(best, series, season, ahead)
    spread, count = _spreads(tried[best], series, ahead)
    reach = stats.t.ppf(COVERAGE_TAIL, np.maximum(count - 1, 1)) * spread
    within = _coverage(tried[best], series, ahead)
    return Forecast(values, values * np.exp(-reach), values * np.exp(reach), best, errors, within, len(starts))


def by_month(daily: pd.DataFrame, as_of: date) -> pd.Series:
    """Net revenue of the complete months before as_of, by month, from `daily`: order_date, net_revenue. The first month
    is complete when business began within its first week. Raises Refused without a day."""
    need(len(daily), 1, "days of business are known", "有营业记录的日期")
    days = pd.to_datetime(daily["order_date"])
    month = days.dt.to_period("M").dt.to_timestamp()
    months = pd.date_range(str(month.min()), pd.Timestamp(as_of).replace(day=1), freq="MS")[:-1]
    months = months if days.min().day <= WHOLE_MONTH_BY else months[1:]
    return daily["net_revenue"].astype("float64").groupby(month.to_numpy()).sum().reindex(months, fill_value=0.0)


def _can(rung: str, known: int, season: int) -> bool:
    return {"last": 1, "year_ago": season, "year_ago_grown": season + season // 2, "ets": 8}[rung] <= known


def _tell(rung: str, series: Floats, season: int, ahead: int) -> Floats:
    steps = np.arange(ahead)
    if rung == "last":
        return np.full(ahead, series[-1])
    if rung == "ets":
        return _ets(series, season, ahead)
    year_ago = series[len(series) - season + steps % season]
    if rung == "year_ago":
        return year_ago
    span = min(season, len(series) - season)
    then = series[-season - span : len(series) - season].sum()
    return year_ago * (series[-span:].sum() / then if then > 0 else 1.0)


def _wape(told: dict[int, Floats], series: Floats) -> float:
    missed = sum(float(np.abs(values - series[start : start + len(values)]).sum()) for start, values in told.items())
    return missed / max(sum(float(series[start : start + len(values)].sum()) for start, values in told.items()), 1e-9)


def _log_errors(told: dict[int, Floats], series: Floats) -> list[Floats]:
    """Of each forecast start, by periods ahead."""
    return [np.log((series[start : start + len(values)] + 1) / (values + 1)) for start, values in sorted(told.items())]


def _spreads(told: dict[int, Floats], series: Floats, ahead: int) -> tuple[Floats, Floats]:
    """Root mean square of the log errors by periods ahead, never less than nearer ones', and how many there were."""
    rows = _log_errors(told, series)
    columns = [np.array([row[step] for row in rows if len(row) > step]) for step in range(ahead)]
    spread = np.array([np.sqrt(np.mean(column**2)) if len(column) else 0.0 for column in columns])
    return np.maximum.accumulate(spread), np.array([float(len(column)) for column in columns])


def _coverage(told: dict[int, Floats], series: Floats, ahead: int) -> float:
    """Share of values within the intervals that the other starts give."""
    from scipy import stats

    hits = []
    for start, values in told.items():
        others = {other: row for other, row in told.items() if other != start}
        spread, count = _spreads(others, series, ahead)
        reach = stats.t.ppf(COVERAGE_TAIL, np.maximum(count - 1, 1)) * spread
        missed = np.abs(np.log((series[start : start + len(values)] + 1) / (values + 1)))
        hits.append(missed <= reach[: len(values)])
    return float(np.mean(np.concatenate(hits)))


def _ets(series: Floats, season: int, ahead: int) -> Floats:
    """Damped additive smoothing of log(1 + value), with and without season, whichever has the lesser AICc."""
    from scipy.optimize import minimize

    logs = np.log1p(series)
    forms = [1, season] if len(logs) >= 2 * season else [1]
    found: list[tuple[float, Floats]] = []
    for period in forms:
        begin = _begin(logs, period)
        bounds = [(0.01, 0.95), (0.0, 0.5), (0.0, 0.5)][: 3 if period > 1 else 2]
        fitted = minimize(
            lambda free, begin=begin, period=period: _smooth(logs, free, begin, period)[0],
            [0.3, 0.05, 0.1][: len(bounds)],
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": 15},
        )
        error, level, trend, seasonal = _smooth(logs, fitted.x, begin, period)
        size = len(bounds) + 2 + (period if period > 1 else 0)
        spare = max(len(logs) - size - 1, 1)
        criterion = len(logs) * np.log(max(error, 1e-12)) + 2 * size + 2 * size * (size + 1) / spare
        steps = np.arange(ahead)
        told = level + trend * np.cumsum(DAMPING ** (steps + 1)) + np.array(seasonal)[(len(logs) + steps) % period]
        found.append((float(criterion), told))
    return np.expm1(min(found, key=lambda each: each[0])[1])


def _begin(logs: Floats, period: int) -> tuple[float, float, list[float]]:
    """Level, trend a period and season to start from."""
    if period == 1:
        return float(logs[:4].mean()), 0.0, [0.0]
    level = float(logs[:period].mean())
    trend = float(logs[period : 2 * period].mean() - level) / period
    return level, trend, [float(value - level) for value in logs[:period]]


def _smooth(
    logs: Floats, free: Floats, begin: tuple[float, float, list[float]], period: int
) -> tuple[float, float, float, list[float]]:
    """Mean squared error one step ahead, and the level, trend and season at the end."""
    level, trend, season = begin[0], begin[1], list(begin[2])
    alpha, beta, gamma = float(free[0]), float(free[1]), float(free[2]) if period > 1 else 0.0
    total = 0.0
    for at, value in enumerate(logs.tolist()):
        place = at % period
        damped = DAMPING * trend
        error = value - level - damped - season[place]
        total += error * error
        level, trend = level + damped + alpha * error, damped + alpha * beta * error
        season[place] += gamma * error
    return total / len(logs), level, trend, season
