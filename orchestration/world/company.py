"""Writes the whole world: blocks of people live in up to two processes and are written down in order. Parts meet here.

A worker lives TOGETHER neighbouring blocks, writes their exports into a scratch file and tells their truth; this
process joins them in the order of the blocks, so the bytes depend neither on the number of workers nor on who was
first, and no more than a few blocks are in memory at once.
"""

import gc
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from shutil import rmtree

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.world.block import live_block
from orchestration.world.books import World, join
from orchestration.world.dice import Dice
from orchestration.world.exports.desk import Written
from orchestration.world.exports.inbox import Inbox
from orchestration.world.exports.vendors import FEEDS, schedule, write_block
from orchestration.world.refusal import ImpossibleWorldError
from orchestration.world.seasons import Calendar
from orchestration.world.truth_tables import block_truth, whole_truth

FEWEST_DAYS = 60  # the last 28 come in pieces, and something must lie before them
TOGETHER = 8  # blocks: a third of the cost of writing one is planning, which they share; each takes about 150 MB
WORTH_PROCESSES = 2  # tasks: for one, starting processes takes longer than the work
AHEAD = 2  # tasks a worker may be ahead of the one that is joined
# glibc gives every large array back to the system when it is let go of, and gets it page by page for the next one: a
# third of all page faults. Here it keeps what it has, in large pages. Other systems do not read this.
KEEPS_MEMORY = "glibc.malloc.hugetlb=1:" + ":".join(
    f"glibc.malloc.{name}={size}"
    for name, size in (("mmap_threshold", 1 << 25), ("trim_threshold", 1 << 31), ("top_pad", 1 << 26))
)

Told = tuple[Written, dict[str, pa.Table]]


@dataclass(frozen=True)
class WorldSummary:
    """What was written: where, how many files, and rows by feed ('shopify/orders', repeats included)."""

    inbox: Path
    truth: Path
    people: int
    first_day: date
    last_day: date
    files: int
    rows: dict[str, int]


def write_world(
    people: int, days: int, seed: int, out: Path, last_day: date, daily_days: int = 28, workers: int = 2
) -> WorldSummary:
    """The `days` days before `last_day` in the life of a company, delivered into out/inbox, with out/truth beside it.

    The last deliveries are dated last_day and everything in them happened before it, so it is the day to run for.
    `daily_days`: the last so many days come in pieces as vendors deliver, the past in one; 0 = all in one. `workers`:
    processes; equal arguments write equal bytes whatever it is. Raises ImpossibleWorldError for a world too small to be
    one or outside the calendar, FileExistsError when a system's folder in the inbox holds deliveries of another origin
    (they are left alone).
    """
    if people < 1 or days < FEWEST_DAYS:
        raise ImpossibleWorldError(
            f"A world needs at least 1 person and {FEWEST_DAYS} days; asked for {people} and {days}."
        )
    if not 0 <= daily_days <= days:
        raise ImpossibleWorldError(f"Of {days} days, {daily_days} cannot be delivered in pieces: choose 0 to {days}.")
    world = World(people, Calendar(last_day - timedelta(days), days), Dice(seed), daily_days)
    arguments = {
        "people": people,
        "days": days,
        "seed": seed,
        "last_day": last_day.isoformat(),
        "daily_days": daily_days,
    }
    inbox = Inbox(out, FEEDS, schedule(world), arguments)
    inbox.open()
    with _truth_files(out) as tell:
        for name, told in whole_truth(world).items():
            tell(name, told)
        for written, truth in _lived(world, workers, out / ".world-scratch"):
            inbox.append(written)
            for name, told in {**truth, "person_records": written.records}.items():
                tell(name, told)
    files = inbox.hand_over()
    first_day = world.calendar.first_day
    return WorldSummary(out / "inbox", out / "truth", people, first_day, last_day, len(files), dict(inbox.rows))


def _lived(world: World, workers: int, scratch: Path) -> Iterator[Told]:
    """All blocks, in order."""
    rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    live = partial(_live, world, scratch)
    try:
        numbers = range(world.blocks)
        together = min(TOGETHER, -(-world.blocks // WORTH_PROCESSES))
        tasks = [numbers[first : first + together] for first in numbers[::together]]
        if workers < 2 or len(tasks) < WORTH_PROCESSES:
            yield from map(live, tasks)
        else:
            yield from _in_processes(live, tasks, workers)
    finally:
        rmtree(scratch)


def _in_processes(live: Callable[[range], Told], tasks: list[range], workers: int) -> Iterator[Told]:
    # Spawned, not forked: the parent may have threads (DuckDB, Arrow), and a fork would copy their locks.
    with _workers_keep_memory(), ProcessPoolExecutor(workers, get_context("spawn"), _begin_work) as pool:
        waiting: deque[Future[Told]] = deque()
        for blocks in tasks:
            waiting.append(pool.submit(live, blocks))
            if len(waiting) == workers * AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@contextmanager
def _workers_keep_memory() -> Iterator[None]:
    """Processes that start inside get KEEPS_MEMORY, which is read once, at their very beginning."""
    if "GLIBC_TUNABLES" in os.environ:  # somebody knows better
        yield
        return
    os.environ["GLIBC_TUNABLES"] = KEEPS_MEMORY
    try:
        yield
    finally:
        del os.environ["GLIBC_TUNABLES"]


def _begin_work() -> None:
    """A worker keeps to its own core, and what it has imported stays: nobody looks for garbage among it."""
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    gc.freeze()


def _live(world: World, scratch: Path, numbers: range) -> Told:
    books = join([live_block(number, world) for number in numbers])
    lies = scratch / f"{numbers[0]}"
    return write_block(world, books, lies), block_truth(books, world, lies)


@contextmanager
def _truth_files(out: Path) -> Iterator[Callable[[str, pa.Table], None]]:
    """Append to truth/<name>.parquet, a row group a block; the old files are replaced when all is told."""
    making = out / ".truth-in-progress"
    rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    writers: dict[str, pq.ParquetWriter] = {}

    def tell(name: str, told: pa.Table) -> None:
        if name not in writers:
            writers[name] = pq.ParquetWriter(making / f"{name}.parquet", told.schema, compression="zstd")
        writers[name].write_table(told)

    try:
        yield tell
    finally:
        for writer in writers.values():
            writer.close()
    (out / "truth").mkdir(exist_ok=True)
    for file in sorted(making.iterdir()):
        file.replace(out / "truth" / file.name)
    making.rmdir()
