"""Expectations on a profile: the words in which the suites of the raw feeds are written.

A profile is a frame of one row of measures that SQL took of a table (SQL counts, the door judges): `row_count`,
`quarantined_share`, and per column `<column>.missing_share`, `.distinct_count`; of numbers `.min`, `.max`; of dates
`.days_after_delivery` (the latest minus the delivery date) and `.earliest_year`. Shares are between 0 and 1.

Measures that are always there must be there: a measure that is empty or missing is a failed check. Only the dates and
numbers of an optional column may be empty, because the column may be.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import great_expectations as gx
    from great_expectations.expectations import Expectation


def suite(name: str, *checks: Iterable[Expectation]) -> gx.ExpectationSuite:
    """A suite of everything the functions below return. `name`: the table, as schema.table."""
    import great_expectations as gx

    return gx.ExpectationSuite(name=name, expectations=list(chain.from_iterable(checks)))


def at_least(measure: str, least: float) -> list[Expectation]:
    """The measure is there, and not smaller."""
    import great_expectations.expectations as gxe

    return [gxe.ExpectColumnMinToBeBetween(column=measure, min_value=least)]


def at_most(measure: str, most: float) -> list[Expectation]:
    """The measure is there, and not larger."""
    import great_expectations.expectations as gxe

    return [gxe.ExpectColumnMaxToBeBetween(column=measure, max_value=most)]


def volume(minimum: int) -> list[Expectation]:
    """At least so many rows."""
    return at_least("row_count", minimum)


def quarantined_at_most(share: float) -> list[Expectation]:
    """No larger share of the delivered rows was set aside because they break the contract."""
    return at_most("quarantined_share", share)


def always_filled(*columns: str) -> list[Expectation]:
    """Not one empty cell."""
    return [check for column in columns for check in missing_at_most(column, 0)]


def missing_at_most(column: str, share: float) -> list[Expectation]:
    """No larger share of the cells is empty."""
    return at_most(f"{column}.missing_share", share)


def unique(column: str) -> list[Expectation]:
    """No value stands there twice: as many values as rows."""
    import great_expectations.expectations as gxe

    return [
        gxe.ExpectColumnPairValuesToBeEqual(
            column_A=f"{column}.distinct_count", column_B="row_count", ignore_row_if="neither"
        )
    ]


def not_after_delivery(column: str, days: int) -> list[Expectation]:
    """The latest date is at most so many days after the day of the delivery. 1 forgives a time zone."""
    return [_if_there(f"{column}.days_after_delivery", None, days)]


def dated_since(column: str, year: int) -> list[Expectation]:
    """No date before that year: 1899, 1900 and 1970 are what programs write for no date."""
    return [_if_there(f"{column}.earliest_year", year, None)]


def between(column: str, least: float, most: float) -> list[Expectation]:
    """Every number lies between the two, both included."""
    return [_if_there(f"{column}.min", least, None), _if_there(f"{column}.max", None, most)]


def only_warn(*checks: Iterable[Expectation]) -> list[Expectation]:
    """The same expectations, which now warn instead of stopping the run."""
    from great_expectations.expectations.metadata_types import FailureSeverity

    return [check.copy(update={"severity": FailureSeverity.WARNING}) for check in chain.from_iterable(checks)]


def _if_there(measure: str, least: float | None, most: float | None) -> Expectation:
    # Of the kinds of expectation only this one passes over an empty cell.
    import great_expectations.expectations as gxe

    return gxe.ExpectColumnValuesToBeBetween(column=measure, min_value=least, max_value=most)
