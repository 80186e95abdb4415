"""The one place Python touches DuckDB: the work file of this run.

The resource lives as long as the run. It takes the lock and a copy when the run begins, and lets go
when it ends, however it ends; only publishing makes anything of the copy last.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pandas as pd
from pydantic import PrivateAttr

from orchestration import ledger
from orchestration.home import reconcile
from orchestration.lock import one_writer
from orchestration.settings import settings
from orchestration.snapshots import CORE, Shelf

WAIT_SECONDS = 600


def duckdb_config() -> dict[str, Any]:
    """How much of the machine a connection of ours may use."""
    return {"memory_limit": settings().memory_limit, "threads": str(settings().threads)}


def shelf() -> Shelf:
    """The shelf of published versions."""
    return Shelf(settings().published, duckdb_config())


def open_database(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a file of ours, within the settings' share of the machine."""
    connection = duckdb.connect(str(path), config=duckdb_config())
    connection.execute("set enable_progress_bar = false; set global timezone = 'UTC'")
    return connection


class Warehouse(dg.ConfigurableResource):
    """The disposable copy of the warehouse that this run writes."""

    wait_seconds: float = WAIT_SECONDS
    _run_id: str = PrivateAttr(default="")
    _connection: duckdb.DuckDBPyConnection | None = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Warehouse"]:
        work, run = settings().work, context.run
        day = run_day(run.tags) if run else None
        self._run_id = run.run_id if run else ""
        with one_writer(work, f"a run for {day}", self._run_id, self.wait_seconds) as died:
            if died is not None and context.instance is not None:
                reconcile(context.instance, [died.run_id])
            shelf().take_copy(work)
            with self.connect() as connection:
                ledger.open_books(connection)
                if day is not None:
                    ledger.begin_run(connection, self._run_id, day)
            try:
                yield self
            finally:
                self.let_go()

    @property
    def run_id(self) -> str:
        return self._run_id

    @property
    def path(self) -> Path:
        return settings().work / CORE

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor for one piece of work. The file stays open between pieces, closing it would checkpoint it."""
        if self._connection is None:
            self._connection = open_database(self.path)
        cursor = self._connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    def let_go(self) -> None:
        """Close the file, before dbt opens it or it is published."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def read(self, query: str) -> pd.DataFrame:
        """The rows of a query as a frame."""
        with self.connect() as connection:
            return connection.sql(query).df()

    def replace(self, relation: str, frame: pd.DataFrame, columns: Mapping[str, str]) -> int:
        """Make a relation hold exactly the rows of a frame; returns their number.

        `columns` are its columns and SQL types: an empty frame has no types of its own.
        """
        schema = relation.partition(".")[0]
        casts = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in columns.items())
        with self.connect() as connection:
            connection.execute(f"create schema if not exists {schema}")
            connection.register("frame", frame)
            connection.execute(f"create or replace table {relation} as select {casts} from frame")
            connection.unregister("frame")
        return len(frame)


def run_day(tags: Mapping[str, str]) -> date | None:
    """The day a run speaks for: its partition. None when a run was launched without one, or for several.

    A backfill launched from the asset graph names a range of days, of one day each (`partitions.one_by_one`).
    """
    partition = tags.get("dagster/partition")
    first, last = (tags.get(f"dagster/asset_partition_range_{end}", partition) for end in ("start", "end"))
    return date.fromisoformat(first) if first and first == last else None


def as_of_date(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> date:
    """The day this run speaks for.

    Raises:
        dg.Failure: the run was launched without a partition.
    """
    day = run_day(context.run.tags)
    if day is None:
        raise dg.Failure(
            "This run has no day to speak for. Launch it with a partition (a date), or with crm run --as-of DATE.",
            allow_retries=False,
        )
    return day
