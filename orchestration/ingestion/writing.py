"""Writing beside other work: a chunk is written while the next one is read, and goes to the disk while it is loaded.

What is written, and what is learnt of it on the way, stands in `arrival.py`.
"""

import os
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


@dataclass
class Behind:
    """A file that is being written by another thread; an error of the disk is raised one chunk later, or at the end."""

    _file: BinaryIO
    _hand: Executor
    _written: "Future[int] | None" = None

    def write(self, chunk: bytes, /) -> None:
        self.wait()
        self._written = self._hand.submit(self._file.write, chunk)

    def wait(self) -> None:
        """Until the last chunk is with the operating system."""
        if self._written is not None:
            self._written.result()


@contextmanager
def written_behind(target: Path) -> Iterator[Behind]:
    """A new file, complete when the context ends."""
    with target.open("wb") as file, ThreadPoolExecutor(1) as hand:
        behind = Behind(file, hand)
        yield behind
        behind.wait()


@contextmanager
def brought_to_disk(path: Path) -> Iterator[None]:
    """A power cut after the context has ended does not lose the file's bytes."""
    with path.open("rb") as file, ThreadPoolExecutor(1) as hand:
        synced = hand.submit(os.fsync, file.fileno())
        yield
        synced.result()
