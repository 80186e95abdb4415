"""The only reader of the wall clock in the pages: how old is the version, and when was something looked at or saved?

Nothing else here may ask for the time. Every figure speaks for the version's `as_of_date`, never for today.
"""

from datetime import UTC, datetime, timedelta


def age_of(moment: datetime) -> timedelta:
    """Time from `moment` (with a timezone) to now; never negative, because two machines' clocks may disagree."""
    return max(datetime.now(UTC) - moment, timedelta(0))


def now() -> datetime:
    """This moment, in UTC: for the audit log and for what a person saves or decides."""
    return datetime.now(UTC)
