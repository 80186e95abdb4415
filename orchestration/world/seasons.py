"""When people buy: the days of the company's life with their seasons, and a clock that runs faster on busy hours.

Shopping time is measured in ordinary days: a busy day lasts longer than one of them, a quiet one shorter.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt

SPRING_FESTIVAL = {
    **{2015: (2, 19), 2016: (2, 8), 2017: (1, 28), 2018: (2, 16), 2019: (2, 5), 2020: (1, 25), 2021: (2, 12)},
    **{2022: (2, 1), 2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26)},
    **{2029: (2, 13), 2030: (2, 3), 2031: (1, 23), 2032: (2, 11), 2033: (1, 31), 2034: (2, 19), 2035: (2, 8)},
}
# The share of a day's orders by hour of the day in UTC: the shop's evening is China's.
HOURS = np.array([3, 4, 5, 5, 5, 4, 5, 5, 4, 4, 5, 7, 9, 9, 8, 6, 3, 2, 1, 1, 1, 1, 1, 2], dtype=np.float64)


@dataclass(frozen=True)
class Season:
    number: int
    name: str
    start: date
    end: date
    peak: float  # how many times an ordinary day the last day is


def seasons(first_day: date, end: date) -> list[Season]:
    """The campaigns that begin on or after first_day and before end, oldest first."""
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
        """The campaigns of these days and of the year before them."""
        return seasons(self.first_day - timedelta(365), self.end)

    @property
    def campaigns(self) -> list[Season]:
        return [season for season in self.seasons if season.start >= self.first_day]

    @cached_property
    def _elapsed(self) -> npt.NDArray[np.float64]:
        """Shopping time gone by at every full hour."""
        weights = np.array([_busyness(self.first_day + timedelta(day), self.seasons) for day in range(self.days)])
        return np.concatenate([[0.0], np.cumsum(np.outer(weights, HOURS / HOURS.sum()).ravel())])

    def moment(self, shopping_time: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.interp(shopping_time, self._elapsed, np.arange(len(self._elapsed)) / 24)

    def timestamps(self, moments: npt.ArrayLike) -> npt.NDArray[np.datetime64]:
        """Whole minutes, as the till writes them."""
        minutes = np.floor(np.asarray(moments, dtype=np.float64) * 1440).astype("timedelta64[m]")
        return (np.datetime64(self.first_day, "m") + minutes).astype("datetime64[s]")

    def season_of(self, moments: npt.ArrayLike) -> npt.NDArray[np.str_]:
        """The campaign each moment falls into, by name; '' on ordinary days."""
        day = np.floor(np.asarray(moments, dtype=np.float64))
        found = np.full(day.shape, "", dtype="<U40")
        for season in self.seasons:
            begins, ends = (season.start - self.first_day).days, (season.end - self.first_day).days
            found[(day >= begins) & (day <= ends)] = season.name
        return found


def _spring_festival(year: int) -> date:
    if year not in SPRING_FESTIVAL:
        known = f"{min(SPRING_FESTIVAL)} to {max(SPRING_FESTIVAL)}"
        raise ValueError(
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
    return weekend
