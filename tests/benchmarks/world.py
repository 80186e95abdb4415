"""`python -m tests.benchmarks.world [small|full]`: how fast the synthetic company writes, and in how much memory.

small: 50,000 people, two years, in half a minute. full: 1,000,000 people over nine years, one full delivery: about
ten million orders, a million tickets, sixty million events, in 15 GB of a temporary folder that is taken away in the
end (--people for fewer). Rows are those of the written exports; memory is what all processes hold at once, sampled
(pages they share are counted in parts: the proportional set size, on Linux).
"""

import argparse
import os
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psutil
import pyarrow.parquet as pq

from orchestration.world.company import WorldSummary, write_world

LAST_DAY = date(2026, 11, 1)
SIZES = {"small": (50_000, 730, 28), "full": (1_000_000, 3_285, 0)}  # people, days, days delivered in pieces
SAMPLED_EVERY = 0.5  # seconds


@dataclass
class Memory:
    """Watches this process and its children while it is entered; `peak`: bytes."""

    peak: int = 0

    def __enter__(self) -> "Memory":
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch)
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watcher.join()

    def _watch(self) -> None:
        me = psutil.Process()
        while not self._ended.wait(SAMPLED_EVERY):
            total = 0
            for process in (me, *me.children(recursive=True)):
                try:
                    total += getattr(process.memory_full_info(), "pss", process.memory_info().rss)
                except (psutil.NoSuchProcess, psutil.AccessDenied):
                    continue  # it ended between being listed and being asked
            self.peak = max(self.peak, total)


def measure(people: int, days: int, daily_days: int, out: Path) -> tuple[WorldSummary, float, float, int]:
    """The summary, seconds by the wall, seconds of processor time, peak memory in bytes."""
    began, used = time.perf_counter(), _processor()
    with Memory() as memory:
        summary = write_world(people, days, 7, out, LAST_DAY, daily_days=daily_days)
    return summary, time.perf_counter() - began, _processor() - used, memory.peak


def _processor() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", choices=SIZES, nargs="?", default="small")
    parser.add_argument("--people", type=int)
    asked = parser.parse_args()
    people, days, daily_days = SIZES[asked.size]
    with tempfile.TemporaryDirectory(prefix="crm-world-") as folder:
        summary, wall, processor, peak = measure(asked.people or people, days, daily_days, Path(folder))
        size = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
        truth = {
            file.stem: pq.read_metadata(file).num_rows for file in sorted((Path(folder) / "truth").glob("*.parquet"))
        }
    rows = sum(summary.rows.values())
    for feed, count in sorted(summary.rows.items()):
        print(f"{feed:<28} {count:>14,}")
    for table, count in truth.items():
        print(f"{f'truth: {table}':<28} {count:>14,}")
    print(f"{'people':<28} {summary.people:>14,}   {days:,} days")
    print(f"{'rows of the exports':<28} {rows:>14,}   and {sum(truth.values()):,} of the truth")
    print(f"{'rows a second':<28} {rows / wall:>14,.0f}   {wall:,.1f} s by the wall")
    print(f"{'rows a processor second':<28} {rows / processor:>14,.0f}   {processor:,.1f} s of processors")
    print(f"{'peak memory':<28} {peak / 2**20:>11,.0f} MB   {size / 2**30:.2f} GB written in {summary.files} files")


if __name__ == "__main__":
    main()
