"""Readers never see an error, a half-built state or an older version, whatever happens to the run."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.journey.house import LAST_DAY, House

READERS, RUNS, KILLS = 4, 3, 20


@pytest.fixture(scope="module")
def busy_house(build: Callable[[], House]) -> House:
    house = build()
    assert house.run(LAST_DAY - timedelta(days=RUNS)).returncode == 0
    return house


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


def test_readers_see_only_whole_and_newer_versions_through_three_runs(busy_house: House, tmp_path: Path):
    with readers(busy_house, tmp_path) as seen:
        for days_ago in reversed(range(RUNS)):
            assert busy_house.run(LAST_DAY - timedelta(days=days_ago)).returncode == 0
        time.sleep(2)
    assert_all_was_well(seen, busy_house.version)
    assert {len(reader["versions"]) for reader in seen} == {RUNS + 1}


def test_a_run_killed_at_any_moment_publishes_nothing_broken_and_the_next_starts_clean(
    busy_house: House, tmp_path: Path
):
    chance = random.Random(20)
    duration = _seconds_of_one_run(busy_house)
    with readers(busy_house, tmp_path) as seen:
        for _ in range(KILLS):
            before = busy_house.version
            process = busy_house.start("run", "--as-of", LAST_DAY.isoformat())
            # Spread over the whole run: a fixed pause would find the same moment each time.
            _wait_for(process, chance.uniform(0, duration))
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            assert busy_house.version in (before, _newest(busy_house))
        outcome = busy_house.run()
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr
        time.sleep(2)
    assert_all_was_well(seen, busy_house.version)
    left = {path.name for path in (busy_house.data / "work").iterdir()}
    assert left <= {"LOCK", "decoded"}
    assert len(list((busy_house.data / "published").glob("0*"))) <= 5


def test_a_second_run_says_who_holds_the_warehouse(busy_house: House):
    first = busy_house.start("run", "--as-of", LAST_DAY.isoformat())
    try:
        lock = busy_house.data / "work" / "LOCK"
        while first.poll() is None and "a run for" not in lock.read_text():
            time.sleep(0.05)
        second = busy_house.run()
    finally:
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    assert second.returncode == 1
    assert f"being written by a run for {LAST_DAY} (process {first.pid})" in second.stderr


def test_a_second_run_waits_when_it_is_asked_to(busy_house: House):
    first = busy_house.start("run", "--as-of", LAST_DAY.isoformat())
    second = busy_house.crm("run", "--as-of", LAST_DAY.isoformat(), "--wait", "300")
    assert first.wait(timeout=300) == 0
    assert second.returncode == 0, second.stderr


def test_a_run_that_died_is_marked_as_failed_by_the_next(busy_house: House):
    import dagster as dg

    process = busy_house.start("run", "--as-of", LAST_DAY.isoformat())
    lock = busy_house.data / "work" / "LOCK"
    while process.poll() is None and "a run for" not in lock.read_text():
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    with dg.DagsterInstance.from_config(str(busy_house.data / "dagster")) as instance:
        stuck = [run.run_id for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))]
        assert stuck
    assert busy_house.run().returncode == 0
    with dg.DagsterInstance.from_config(str(busy_house.data / "dagster")) as instance:
        assert not instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
        assert instance.get_run_by_id(stuck[0]).status == dg.DagsterRunStatus.FAILURE


def _seconds_of_one_run(house: House) -> float:
    started = time.monotonic()
    assert house.run().returncode == 0
    return time.monotonic() - started


def _wait_for(process: subprocess.Popen, seconds: float) -> None:
    ends = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < ends:
        time.sleep(0.02)


def _newest(house: House) -> str:
    return max(path.parent.name for path in (house.data / "published").glob("0*/manifest.json"))
