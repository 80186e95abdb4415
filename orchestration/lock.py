"""The one-writer lock: a kernel lock on `data/work/LOCK`, freed by the kernel however its holder dies.

DuckDB's own lock is not used for this: any open and close of the database file in the writing process drops it.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

POLL_SECONDS = 0.2
# Somebody who only looks who holds the lock holds it for a moment, too.
LEAST_WAIT_SECONDS = 1.0


class WarehouseBusyError(Exception):
    """Somebody else is writing the warehouse; the message says who."""


@dataclass(frozen=True)
class Holder:
    """Who holds the lock, as written into the lock file."""

    pid: int
    purpose: str
    run_id: str = ""


@contextmanager
def one_writer(work: Path, purpose: str, run_id: str = "", wait_seconds: float = 0) -> Iterator[Holder | None]:
    """Hold the lock of the warehouse whose work folder is `work`.

    Yields the holder before this one if it died without letting go, else None.

    Raises:
        WarehouseBusyError: the lock was still held after `wait_seconds`.
    """
    work.mkdir(parents=True, exist_ok=True)
    with (work / "LOCK").open("a+", encoding="utf-8") as file:
        _acquire(file, wait_seconds)
        died = _read(file)
        _write(file, json.dumps(asdict(Holder(os.getpid(), purpose, run_id))))
        try:
            yield died
        finally:
            _write(file, "")


def current_holder(work: Path) -> Holder | None:
    """Who holds the lock now; None when nobody does."""
    path = work / "LOCK"
    if not path.exists():
        return None
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read(file)
        return None


def _acquire(file: IO[str], wait_seconds: float) -> None:
    waited = 0.0
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waited >= max(wait_seconds, LEAST_WAIT_SECONDS):
                holder = _read(file)
                who = f"{holder.purpose} (process {holder.pid})" if holder else "another process"
                raise WarehouseBusyError(
                    f"The warehouse is being written by {who}. Wait until it has finished, or stop it, and try again."
                ) from None
        time.sleep(POLL_SECONDS)
        waited += POLL_SECONDS


def _read(file: IO[str]) -> Holder | None:
    """The name in the file. A name that was only half written, by a process that died, is no name."""
    file.seek(0)
    try:
        return Holder(**json.loads(file.read()))
    except (ValueError, TypeError):
        return None


def _write(file: IO[str], text: str) -> None:
    file.seek(0)
    file.truncate()
    file.write(text)
    file.flush()
