"""Readers never see an error or a half-built state while runs follow each other; runs never meet."""

import shutil
import time
from pathlib import Path

import pytest

from orchestration.lock import one_writer
from tests.journey.crowd import assert_all_was_well, readers
from tests.journey.house import LAST_DAY, House
from tests.journey.warm import Process

RUNS = 3


@pytest.fixture(scope="module")
def busy_house(house: House, tmp_path_factory: pytest.TempPathFactory) -> House:
    """A copy of a house whose daily job has run once, in which these tests run it again and again."""
    folder = tmp_path_factory.mktemp("busy") / "house"
    shutil.copytree(house.data, folder, symlinks=True)
    return House(folder)


def start_and_let_lock(house: House) -> Process:
    """A run that holds the warehouse: whoever is started after this comes second, on a slow machine too."""
    process = house.start("run", "--as-of", LAST_DAY.isoformat())
    lock = house.data / "work" / "LOCK"
    while process.poll() is None:
        holder = lock.read_text()
        if "a run for" in holder and f'"pid": {process.pid},' in holder:
            return process
        time.sleep(0.05)
    raise AssertionError("the run ended before it held the warehouse")


def test_readers_see_only_whole_and_newer_versions_through_three_runs(busy_house: House, tmp_path: Path):
    with readers(busy_house, tmp_path) as seen:
        for _ in range(RUNS):
            assert busy_house.run().returncode == 0
        time.sleep(2)
    assert_all_was_well(seen, busy_house.version)
    assert {len(reader["versions"]) for reader in seen} == {RUNS + 1}


def test_a_second_run_says_who_holds_the_warehouse(busy_house: House):
    first = start_and_let_lock(busy_house)
    try:
        second = busy_house.run()
    finally:
        first.kill()
    assert second.returncode == 1
    assert f"being written by a run for {LAST_DAY} (process {first.pid})" in second.stderr


def test_a_second_run_waits_when_it_is_asked_to(busy_house: House):
    with one_writer(busy_house.data / "work", "a first run"):
        second = busy_house.start("run", "--as-of", LAST_DAY.isoformat(), "--wait", "300")
        time.sleep(15)
        assert second.poll() is None
    assert second.wait(timeout=300) == 0, second.output("stderr")


def test_a_run_that_died_is_marked_as_failed_by_the_next(busy_house: House):
    import dagster as dg

    process = start_and_let_lock(busy_house)
    process.kill()
    with dg.DagsterInstance.from_config(str(busy_house.data / "dagster")) as instance:
        stuck = [run.run_id for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))]
        assert stuck
    assert busy_house.run().returncode == 0
    with dg.DagsterInstance.from_config(str(busy_house.data / "dagster")) as instance:
        assert not instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
        assert instance.get_run_by_id(stuck[0]).status == dg.DagsterRunStatus.FAILURE
