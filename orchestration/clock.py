"""The one place that reads the wall clock.

A run speaks for one `as_of_date`, which comes from its partition. The wall clock only decides which
day a run without a stated day is for, and stamps when a version was published.
"""

from datetime import UTC, date, datetime


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The present day in UTC."""
    return now().date()
