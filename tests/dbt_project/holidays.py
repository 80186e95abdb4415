"""Writes the seed holidays: `python -m tests.dbt_project.holidays > dbt_project/seeds/holidays.csv`.

China's moved working days are what its government announced, by the library chinesecalendar, as far as it goes; after
that, and for other calendars, the days of the law, by the library holidays.
"""

import csv
import sys
from collections.abc import Iterator
from datetime import date, timedelta

import chinese_calendar
import holidays

FIRST, LAST = date(2009, 1, 1), date(2027, 12, 31)
LAST_ANNOUNCED_YEAR = 2026
COLUMNS = ("calendar", "day", "is_working_day", "name")
Row = tuple[str, str, str, str]


def rows() -> list[Row]:
    """Every day on which a calendar departs from Monday to Friday."""
    return sorted([*_china(), *_by_law("GB", subdivision="ENG"), *_by_law("US", subdivision=None)])


def _days() -> Iterator[date]:
    return (FIRST + timedelta(days) for days in range((LAST - FIRST).days + 1))


def _china() -> Iterator[Row]:
    by_law = holidays.country_holidays("CN", years=range(FIRST.year, LAST.year + 1), language="en_US")
    named = chinese_calendar.constants.holidays | chinese_calendar.constants.workdays
    for day in _days():
        is_weekend = day.weekday() >= 5
        if day.year <= LAST_ANNOUNCED_YEAR:
            works, name = chinese_calendar.is_workday(day), named.get(day, "")
        else:
            works, name = not is_weekend and day not in by_law, by_law.get(day) or ""
        if works == is_weekend:
            yield "CN", day.isoformat(), str(works).lower(), name


def _by_law(country: str, subdivision: str | None) -> Iterator[Row]:
    off = holidays.country_holidays(
        country, subdiv=subdivision, years=range(FIRST.year, LAST.year + 1), language="en_US"
    )
    return ((country, day.isoformat(), "false", off[day]) for day in _days() if day in off and day.weekday() < 5)


if __name__ == "__main__":
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows())
