"""A run may be killed at any moment: readers notice nothing, and the next run starts clean."""

import random
import time
from pathlib import Path

import pytest

from tests.journey.crowd import assert_all_was_well, readers
from tests.journey.house import LAST_DAY, House
from tests.journey.warm import Process


@pytest.mark.parametrize("kills", [6, pytest.param(20, marks=pytest.mark.long)])
def test_a_run_killed_at_any_moment_publishes_nothing_broken_and_the_next_starts_clean(
    kills: int, lived_in: House, tmp_path: Path
):
    chance = random.Random(kills)
    duration = _seconds_of_one_run(lived_in)
    with readers(lived_in, tmp_path) as seen:
        for _ in range(kills):
            before = lived_in.version
            process = lived_in.start("run", "--as-of", LAST_DAY.isoformat())
            # Spread over the whole run: a fixed pause would find the same moment each time.
            _wait_for(process, chance.uniform(0, duration))
            process.kill()
            assert lived_in.version in (before, _newest(lived_in))
        outcome = lived_in.run()
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr
        time.sleep(2)
    assert_all_was_well(seen, lived_in.version)
    left = {path.name for path in (lived_in.data / "work").iterdir()}
    assert left <= {"LOCK", "decoded"}
    assert len(list((lived_in.data / "published").glob("0*"))) <= 5


def _seconds_of_one_run(house: House) -> float:
    started = time.monotonic()
    assert house.run().returncode == 0
    return time.monotonic() - started


def _wait_for(process: Process, seconds: float) -> None:
    ends = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < ends:
        time.sleep(0.02)


def _newest(house: House) -> str:
    return max(path.parent.name for path in (house.data / "published").glob("0*/manifest.json"))
