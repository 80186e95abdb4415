"""Past days, one run after the other: which days, in which order, and which day readers see in the end.

A run speaks for one day and knows nothing of others; `daily.py` does it. Raw tables do not depend on the order of
runs; what readers see is what the last run spoke for, so the newest day always comes last.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from orchestration.daily import Deliveries, Outcome, Tell, run_daily
from orchestration.settings import settings
from orchestration.snapshots import MARTS
from orchestration.warehouse import duckdb_config, shelf


@dataclass(frozen=True)
class Backfill:
    """The days from `first` to `last`, both included, from one inbox (that of the settings when None)."""

    first: date
    last: date
    inbox: Path | None = None
    wait_seconds: float = 0


def days_of(first: date, last: date, newest: date | None) -> list[date]:
    """The days to be run, in order. Where readers have seen a later day than the last one, that comes at the end."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [*days, newest] if newest is not None and newest > last else days


def newest_day() -> date | None:
    """The newest day that any run in the history of the published version spoke for; None before the first version."""
    return _of_published_runs("max(as_of_date)")


def day_that_readers_see() -> date | None:
    """The day that the published version speaks for; None before the first version."""
    return _of_published_runs("arg_max(as_of_date, run_number)")


def _of_published_runs(which: str) -> date | None:
    version = shelf().current()
    if version is None:
        return None
    path = settings().published / version / MARTS
    with duckdb.connect(str(path), read_only=True, config=duckdb_config()) as connection:
        found = connection.execute(f"select {which} from ops.runs").fetchone()
    return found[0] if found else None


def run_backfill(backfill: Backfill, tell: Tell) -> Iterator[tuple[date, Outcome]]:
    """Run the days in order, each a version of its own; ends after the first that publishes nothing.

    Raises:
        WarehouseBusyError: somebody else was writing the warehouse for longer than `wait_seconds`.
    """
    for day in days_of(backfill.first, backfill.last, newest_day()):
        outcome = run_daily(Deliveries(backfill.inbox), day, backfill.wait_seconds, tell)
        yield day, outcome
        if not outcome.succeeded:
            return
