"""`make bench`: the daily job on real files against the floor, the same figures by a bare DuckDB script.

Ratios in one run, because machines differ and are noisy; whole processes, because that is what a user waits for.
Start-up is what the same job takes on the same feeds with a handful of rows, and is reported apart. What the run takes
beyond it is told by what it is spent on, and once more without the models, which the floor has nothing of.
"""

import json
import os
import platform
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from orchestration.dbt_build import manifest_path
from tests.real_inbox import build, missing

CHECKOUT = Path(__file__).resolve().parents[2]
SHARED = CHECKOUT.parent / "shared" / "data"
TABLE = CHECKOUT / "docs" / "benchmarks.md"
ROOMS = "## Room by room"  # kept by hand, from what the other benchmarks printed
AS_OF = "2011-12-10"
DEMO_DAY = "2026-11-01"
ROUNDS = 3
FEW_LINES = 20
# What each step of the job is for; the last two the floor has nothing of.
PURPOSES = {
    "raw": "doors",
    "dbt": "tables and tests of dbt",
    "dbt_2": "tables and tests of dbt",
    "ml__rfm": "RFM",
    "published__snapshot": "publishing",
    "outlook": "forecasts",
    "portraits": "portraits",
}
MODELS = {"forecasts", "portraits"}


@dataclass(frozen=True)
class Measured:
    """Seconds by the wall, the peak of resident memory and, of a job, the seconds by what they were spent on."""

    seconds: float
    peak_mb: float
    purposes: Counter[str] = field(default_factory=Counter)


def main() -> None:
    lacking = missing(SHARED)
    if lacking:
        sys.exit(f"The real files are not here: {lacking}")
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as folder:
        scratch = Path(folder)
        build(SHARED, scratch / "inbox")
        _few_lines(scratch / "inbox", scratch / "few")
        manifest_path()  # dbt parses its project once per change of it, not in every run
        rounds = [_round(scratch, number) for number in range(ROUNDS)]
        demo = _demo(scratch)
    rows = _rows(rounds, demo)
    for row in rows:
        print(f"{row[0]:<58} {row[1]:>12} {row[2]:>14}")
    _write(rows)


def _round(scratch: Path, number: int) -> dict[str, Measured]:
    """One measurement of each, one after the other, so that a slow moment of the machine hits all of them."""
    bare = [sys.executable, "-m", "tests.benchmarks.bare", "--inbox", str(scratch / "inbox"), "--as-of", AS_OF]
    return {
        "bare": _measure(bare, scratch),
        "few": _measure(_run(scratch / "few"), scratch / f"few-{number}"),
        "real": _measure(_run(scratch / "inbox"), scratch / f"real-{number}"),
        "again": _measure(_run(scratch / "inbox"), scratch / f"real-{number}"),
    }


def _run(inbox: Path) -> list[str]:
    return [str(Path(sys.executable).with_name("crm")), "run", "--inbox", str(inbox), "--as-of", AS_OF]


def _demo(scratch: Path) -> float:
    crm = str(Path(sys.executable).with_name("crm"))
    world = [
        crm,
        "world",
        "--people",
        "2000",
        "--days",
        "730",
        "--seed",
        "7",
        "--last-day",
        DEMO_DAY,
        "--daily-days",
        "3",
    ]
    out = scratch / "demo"
    written = _measure([*world, "--out", str(out)], out)
    return written.seconds + _measure([crm, "run", "--as-of", DEMO_DAY], out).seconds


def _measure(command: list[str], data: Path) -> Measured:
    started = time.perf_counter()
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env=os.environ | {"CRM_DATA": str(data), "CRM_CURRENCY": "GBP"},
            stdout=told,
            stderr=told,
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            told.seek(0)
            sys.exit(told.read().decode())
    return Measured(time.perf_counter() - started, used.ru_maxrss / 1024, _purposes(data))


def _purposes(data: Path) -> Counter[str]:
    """Seconds by the wall of the last job's steps, as its event log tells them."""
    found: Counter[str] = Counter()
    logs = [path for path in data.glob("dagster/history/runs/*.db") if path.stem != "index"]
    if logs:
        with sqlite3.connect(max(logs, key=lambda path: path.stat().st_mtime)) as log:
            for step, seconds in log.execute(
                """select step_key, (max(julianday(timestamp)) - min(julianday(timestamp))) * 86400 from event_logs
                where dagster_event_type in ('STEP_START', 'STEP_SUCCESS') group by step_key"""
            ):
                found[PURPOSES.get(step, "all else")] += seconds
    return found


def _few_lines(inbox: Path, few: Path) -> None:
    for path in inbox.glob("*/*/*.csv"):
        target = few / path.relative_to(inbox)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.parts[-3] == "retail":
            with path.open(encoding="utf-8") as lines:
                target.write_text("".join(line for _, line in zip(range(FEW_LINES), lines, strict=False)), "utf-8")
        else:
            shutil.copyfile(path, target)


def _rows(rounds: list[dict[str, Measured]], demo: float) -> list[tuple[str, str, str]]:
    def seconds(name: str) -> str:
        return f"{_median(r[name].seconds for r in rounds):.1f} s"

    def peak(name: str) -> str:
        return f"{max(r[name].peak_mb for r in rounds):,.0f} MB"

    def beyond(purpose: str) -> float:
        return _median(r["real"].purposes[purpose] - r["few"].purposes[purpose] for r in rounds)

    ratio = _median((r["real"].seconds - r["few"].seconds) / r["bare"].seconds for r in rounds)
    purposes = list(dict.fromkeys(PURPOSES.values()))
    alike = sum(beyond(purpose) for purpose in purposes if purpose not in MODELS) / _median(
        r["bare"].seconds for r in rounds
    )
    told = ", ".join(f"{purpose} {round(beyond(purpose), 1) + 0:.1f}" for purpose in purposes)  # no -0.0
    return [
        ("bare DuckDB script, 1,067,370 lines (the floor)", seconds("bare"), peak("bare")),
        ("daily job, start-up (the same feeds, a handful of lines)", seconds("few"), peak("few")),
        ("daily job, 1,067,370 lines, first run", seconds("real"), peak("real")),
        ("daily job again, nothing new delivered", seconds("again"), peak("again")),
        ("(first run - start-up) / floor; goal 3", f"{ratio:.2f}", ""),
        ("first run beyond start-up, step by step", f"{told} s", ""),
        ("the same without forecasts and portraits, / floor", f"{alike:.2f}", ""),
        ("make demo, installed: world and daily job; goal 60 s", f"{demo:.1f} s", ""),
    ]


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)


def _write(rows: list[tuple[str, str, str]]) -> None:
    lines = [
        "# Benchmarks",
        "",
        f"Made by `make bench`: whole processes, median of {ROUNDS} rounds, peak resident memory. Times compare only",
        "with each other. The floor is `tests/benchmarks/bare.py`: the same files, the same customer table and RFM,",
        "nothing around it.",
        "",
        f"{datetime.now(UTC).date()}, Python {platform.python_version()}, {os.cpu_count()} cores.",
        "",
        "| what | time or ratio | peak memory |",
        "|---|---:|---:|",
        *(f"| {what} | {figure} | {memory} |" for what, figure, memory in rows),
    ]
    _, rooms, told = TABLE.read_text(encoding="utf-8").partition(ROOMS)
    TABLE.write_text("\n".join(lines) + "\n\n" + rooms + told, encoding="utf-8")
    print(json.dumps({"written": str(TABLE)}))


if __name__ == "__main__":
    main()
