"""Four readers at once, each a process of its own, and what is held against what they saw."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.journey.house import House

READERS = 4


@contextmanager
def readers(house: House, tmp_path: Path) -> Iterator[list[dict]]:
    """Four processes that read all the while; what they saw is in the list when the block ends."""
    stop, seen = tmp_path / "stop", []
    command = [sys.executable, "-m", "tests.journey.reader", str(house.data / "published"), str(stop)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(READERS)]
    try:
        yield seen
    finally:
        stop.touch()
        seen += [json.loads(process.communicate(timeout=60)[0]) for process in processes]


def assert_all_was_well(seen: list[dict], last_version: str | None) -> None:
    assert len(seen) == READERS
    for reader in seen:
        assert reader["error_count"] == 0, reader["errors"]
        assert reader["looks"] > 10
        assert reader["versions"] == sorted(reader["versions"])
        assert reader["versions"][-1] == last_version
