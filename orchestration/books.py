"""The books as the last run left them, whether or not it published: for whoever asks why it did not.

A run that publishes nothing leaves its work file behind until the next one begins. It is read here and nothing is made
of it: only publishing makes anything of a work file last.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import duckdb

from orchestration.lock import current_holder
from orchestration.settings import settings
from orchestration.snapshots import CORE
from orchestration.warehouse import duckdb_config, shelf


class NoBooksError(Exception):
    """No run has left any books; the message says what to do."""


@dataclass(frozen=True)
class Books:
    """The books of one run, open for reading, and the day it spoke for."""

    connection: duckdb.DuckDBPyConnection
    day: date
    is_published: bool

    @property
    def of_which_run(self) -> str:
        """For whoever reads the figures."""
        told = "is published" if self.is_published else "published nothing"
        return f"As the run for {self.day} left it, which {told}."


@contextmanager
def newest_books() -> Iterator[Books]:
    """The books of the last run that ended; those of the published version while a run is under way.

    Raises:
        NoBooksError: there has been no run.
    """
    books = _of_failed_run() or _of_published()
    if books is None:
        raise NoBooksError("No run has left any books yet. Run: crm run")
    try:
        yield books
    finally:
        books.connection.close()


def _of_failed_run() -> Books | None:
    """The work file is a file of its own for each run: a run that begins now does not meet this one."""
    path = settings().work / CORE
    if not path.exists() or current_holder(settings().work) is not None:
        return None
    try:
        connection = duckdb.connect(str(path), read_only=True, config=duckdb_config())
    except duckdb.Error:
        return None  # a run that was killed may leave what cannot be opened; then the published books are the newest
    return _books(connection, is_published=False)


def _of_published() -> Books | None:
    version = shelf().current()
    if version is None:
        return None
    path = settings().published / version / CORE
    return _books(duckdb.connect(str(path), read_only=True, config=duckdb_config()), is_published=True)


def _books(connection: duckdb.DuckDBPyConnection, *, is_published: bool) -> Books | None:
    try:
        found = connection.execute("select as_of_date from ops.runs order by run_number desc limit 1").fetchone()
    except duckdb.CatalogException:
        found = None  # killed before it had opened its books
    if found is None:
        connection.close()
        return None
    return Books(connection, found[0], is_published)
