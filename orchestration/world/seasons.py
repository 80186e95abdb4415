"""When people buy: the days of the company's life with their seasons, and a clock that runs faster on busy hours.

Shopping time is measured in ordinary days: a busy day lasts longer than one of them, a quiet one shorter.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt

from orchestration.world.elementary import interpolate
from orchestration.world.refusal import ImpossibleWorldError

SPRING_FESTIVAL = {
    **{2015: (2, 19), 2016: (2, 8), 2017: (1, 28), 2018: (2, 16), 2019: (2, 5), 2020: (1, 25), 2021: (2, 12)},
    **{2022: (2, 1), 2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26)},
    **{2029: (2, 13), 2030: (2, 3), 2031: (1, 23), 2032: (2, 11), 2033: (1, 31), 2034: (2, 19), 2035: (2, 8)},
}
# The share of a day's orders by hour of the day in UTC: the shop's evening is China's.
HOURS = np.array([3, 4, 5, 5, 5, 4, 5, 5, 4, 4, 5, 7, 9, 9, 8, 6, 3, 2, 1, 1, 1, 1, 1, 2], dtype=np.float64)
SUMMER_MONTHS, SUMMER = (7, 8), 0.85  # people travel
SEASON_DISCOUNT, PEAK_DISCOUNT = 0.10, 0.20  # off every order of the season's days, and of its last day
SECOND = 1 / 86_400


@dataclass(frozen=True)
class Season:
    number: int
    name: str
    start: date
    end: date
    peak: float  # how many times an ordinary day the last day is


def seasons(first_day: date, end: date) -> list[Season]:
    """The seasons that begin on or after first_day and before end, oldest first."""
    found = []
    for year in range(first_day.year, end.year + 1):
        before_festival = _spring_festival(year) - timedelta(21), _spring_festival(year) - timedelta(3)
        found += [
            Season(year * 10 + 1, f"春节 Spring Festival {year}", *before_festival, 2.0),
            Season(year * 10 + 2, f"618 {year}", date(year, 6, 10), date(year, 6, 18), 3.0),
            Season(year * 10 + 3, f"双十一 Double 11 {year}", date(year, 11, 1), date(year, 11, 11), 6.0),
            Season(year * 10 + 4, f"双十二 Double 12 {year}", date(year, 12, 5), date(year, 12, 12), 3.5),
        ]
    return [season for season in found if first_day <= season.start < end]


@dataclass(frozen=True)
class Calendar:
    """`days` days from first_day on; moments are days since its midnight (UTC), as floats."""

    first_day: date
    days: int

    @property
    def end(self) -> date:
        return self.first_day + timedelta(self.days)

    @property
    def length(self) -> float:
        """All the shopping time there is."""
        return float(self._elapsed[-1])

    @cached_property
    def seasons(self) -> list[Season]:
        """The seasons of these days and of the year before them."""
        return seasons(self.first_day - timedelta(365), self.end)

    @cached_property
    def discounts(self) -> npt.NDArray[np.float64]:
        """Share off every order, by day."""
        days = [self.first_day + timedelta(day) for day in range(self.days)]
        return np.array([_discount(day, self.seasons) for day in days])

    @cached_property
    def _elapsed(self) -> npt.NDArray[np.float64]:
        """Shopping time gone by at every full hour."""
        weights = np.array([_busyness(self.first_day + timedelta(day), self.seasons) for day in range(self.days)])
        return np.concatenate([[0.0], np.cumsum(np.outer(weights, HOURS / HOURS.sum()).ravel())])

    @cached_property
    def _hours(self) -> npt.NDArray[np.float64]:
        return np.arange(len(self._elapsed)) / 24

    def moment(self, shopping_time: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """To whole seconds, downwards: the till knows no finer time."""
        return whole_seconds(interpolate(shopping_time, self._elapsed, self._hours))

    def elapsed(self, moments: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Shopping time at moments: the other way round."""
        return interpolate(np.atleast_1d(np.asarray(moments, dtype=np.float64)), self._hours, self._elapsed)

    def timestamps(self, moments: npt.ArrayLike) -> npt.NDArray[np.datetime64]:
        """Seconds; NaN becomes NaT."""
        moments = np.asarray(moments, dtype=np.float64)
        known = np.isfinite(moments)
        seconds = np.rint(np.where(known, moments, 0) * 86_400).astype("timedelta64[s]")
        return np.where(known, np.datetime64(self.first_day, "s") + seconds, np.datetime64("NaT", "s"))

    def days_of(self, moments: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """The day each moment lies in, 0 = the first; moments outside count as the nearest day."""
        return np.clip(np.floor(np.asarray(moments, dtype=np.float64)), 0, self.days - 1).astype(np.int64)


def whole_seconds(moments: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Moments cut to seconds, so that what is printed and what is computed with are the same."""
    return np.floor(np.asarray(moments, dtype=np.float64) * 86_400 + 1e-6) / 86_400


def _spring_festival(year: int) -> date:
    if year not in SPRING_FESTIVAL:
        known = f"{min(SPRING_FESTIVAL)} to {max(SPRING_FESTIVAL)}"
        raise ImpossibleWorldError(
            f"The company's calendar knows the Spring Festival of {known}, not of {year}: choose other days."
        )
    return date(year, *SPRING_FESTIVAL[year])


def _busyness(day: date, found: list[Season]) -> float:
    weekend = 1.15 if day.weekday() >= 5 else 1.0
    if -3 < (day - _spring_festival(day.year)).days < 7:
        return 0.4 * weekend  # everybody is at home with the family
    for season in found:
        if season.start <= day <= season.end:
            return weekend * (season.peak if day == season.end else 1.6)
    return weekend * (SUMMER if day.month in SUMMER_MONTHS else 1.0)


def _discount(day: date, found: list[Season]) -> float:
    for season in found:
        if season.start <= day <= season.end:
            return PEAK_DISCOUNT if day == season.end else SEASON_DISCOUNT
    return 0.0
