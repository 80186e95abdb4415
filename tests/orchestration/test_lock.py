"""One writer at a time, among real processes, however they end."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestration import lock
from orchestration.lock import Holder, WarehouseBusyError, current_holder, one_writer

HOLDER = """
import sys
from pathlib import Path
from orchestration.lock import one_writer

with one_writer(Path(sys.argv[1]), sys.argv[2], sys.argv[3], wait_seconds=600):
    print("held", flush=True)
    if sys.stdin.readline() == "fail\\n":
        raise RuntimeError("the run failed")
"""

PARENT = """
import subprocess, sys
from pathlib import Path
from orchestration.lock import one_writer

with one_writer(Path(sys.argv[1]), "a run with a child"):
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    print(child.pid, flush=True)
    sys.stdin.readline()
"""

COUNTER = """
import sys
from pathlib import Path
from orchestration import lock

lock.POLL_SECONDS = 0.01
work, count = Path(sys.argv[1]), Path(sys.argv[2])
for _ in range(20):
    with lock.one_writer(work, "counting", wait_seconds=600):
        count.write_text(str(int(count.read_text()) + 1))
"""

Process = subprocess.Popen[str]


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return tmp_path / "work"


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(lock, "LEAST_WAIT_SECONDS", 0.02)


@pytest.fixture
def start(work: Path) -> Iterator[Callable[..., Process]]:
    """Starts a Python process that can be talked to; what is left of it is killed at the end."""
    started: list[Process] = []

    def start(script: str, *arguments: str) -> Process:
        process = subprocess.Popen(
            [sys.executable, "-c", script, str(work), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def line_of(process: Process) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def tell(process: Process, word: str) -> None:
    assert process.stdin is not None
    process.stdin.write(word + "\n")
    process.stdin.flush()


def test_a_second_writer_is_told_who_holds_the_lock_and_what_to_do(work: Path, start: Callable):
    holder = start(HOLDER, "a run for 2026-03-01", "run-7")
    assert line_of(holder) == "held"
    assert current_holder(work) == Holder(holder.pid, "a run for 2026-03-01", "run-7")
    with (
        pytest.raises(WarehouseBusyError, match=rf"a run for 2026-03-01 \(process {holder.pid}\).*try again"),
        one_writer(work, "another run"),
    ):
        pass
    assert current_holder(work) == Holder(holder.pid, "a run for 2026-03-01", "run-7")


def test_the_next_writer_after_a_kill_learns_who_died(work: Path, start: Callable):
    holder = start(HOLDER, "a run", "run-7")
    assert line_of(holder) == "held"
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert current_holder(work) is None
    with one_writer(work, "the next run", "run-8") as died:
        assert died == Holder(holder.pid, "a run", "run-7")
        assert current_holder(work) == Holder(os.getpid(), "the next run", "run-8")
    with one_writer(work, "the run after that") as died:
        assert died is None


@pytest.mark.parametrize("ending", ["finish", "fail"])
def test_a_writer_that_ends_by_itself_leaves_no_name(work: Path, start: Callable, ending: str):
    holder = start(HOLDER, "a run", "run-7")
    assert line_of(holder) == "held"
    tell(holder, ending)
    assert (holder.wait() == 0) == (ending == "finish")
    assert current_holder(work) is None
    with one_writer(work, "the next run") as died:
        assert died is None


def test_a_writer_that_waits_gets_its_turn_when_the_one_before_ends(work: Path, start: Callable):
    first = start(HOLDER, "the first run", "run-1")
    assert line_of(first) == "held"
    second = start(HOLDER, "the second run", "run-2")
    holder = current_holder(work)
    assert holder is not None
    assert holder.run_id == "run-1"
    tell(first, "finish")
    assert line_of(second) == "held"
    assert current_holder(work) == Holder(second.pid, "the second run", "run-2")


def test_a_writer_waits_as_long_as_it_was_told_to_and_no_longer(
    work: Path, start: Callable, monkeypatch: pytest.MonkeyPatch
):
    holder = start(HOLDER, "a run", "run-1")
    assert line_of(holder) == "held"
    waited: list[float] = []

    def until_the_tenth_look(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 10:
            tell(holder, "finish")
            holder.wait()

    monkeypatch.setattr(lock.time, "sleep", until_the_tenth_look)
    with pytest.raises(WarehouseBusyError), one_writer(work, "an impatient run", wait_seconds=0.055):
        pass
    assert sum(waited) == pytest.approx(0.06)
    with one_writer(work, "a patient run", wait_seconds=3) as died:
        assert died is None
    assert len(waited) == 10


def test_what_a_killed_writer_had_started_does_not_hold_the_lock_on(work: Path, start: Callable):
    holder = start(PARENT)
    child = int(line_of(holder))
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    try:
        os.kill(child, 0)
        with one_writer(work, "the next run") as died:
            assert died is not None
            assert died.purpose == "a run with a child"
    finally:
        os.kill(child, signal.SIGKILL)


def test_of_many_writers_at_once_never_two_write(work: Path, start: Callable, tmp_path: Path):
    count = tmp_path / "count"
    count.write_text("0")
    writers = [start(COUNTER, str(count)) for _ in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert count.read_text() == "60"


def test_who_only_looks_does_not_take_the_lock(work: Path):
    assert current_holder(work) is None
    assert not work.exists()
    with one_writer(work, "a run"):
        pass
    assert current_holder(work) is None
    with one_writer(work, "a run") as died:
        assert died is None


@pytest.mark.parametrize("torn", ["", "{", '{"pid": 12', '{"pid": 12}', "\x00" * 40])
def test_a_name_that_was_only_half_written_keeps_nobody_out(work: Path, torn: str):
    work.mkdir()
    (work / "LOCK").write_text(torn)
    assert current_holder(work) is None
    with one_writer(work, "the next run", "run-8"):
        assert current_holder(work) == Holder(os.getpid(), "the next run", "run-8")


@pytest.mark.parametrize("torn", ["", '{"pid": 12', "\x00" * 40])
def test_a_second_writer_is_refused_in_a_sentence_though_the_name_is_only_half_written(work: Path, torn: str):
    with one_writer(work, "a run"):
        (work / "LOCK").write_text(torn)
        with pytest.raises(WarehouseBusyError, match="another process"), one_writer(work, "another run"):
            pass
