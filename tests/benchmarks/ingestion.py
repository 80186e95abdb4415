"""How fast exports come in, against what DuckDB alone takes to read the same file.

`python -m tests.benchmarks.ingestion --megabytes 1000`.

Each measurement is a process of its own, floor and ours one after the other, so that a slow moment of the machine hits
both. Ratios are of processor time and of wall time; the peak is of resident memory.
"""

import argparse
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from orchestration import ledger
from orchestration.ingestion.contracts import CATALOGUE, load_contract
from orchestration.ingestion.inbox import InboxFile, scan
from orchestration.ingestion.opening import Places, arrive, open_source
from orchestration.ingestion.receive import Yard, receive
from orchestration.settings import CONTRACTS

DAY = date(2026, 3, 1)
CONFIG = {"memory_limit": "1400MB", "threads": "2"}
ORDERS = CATALOGUE / "generic" / "orders.yml"
EVENTS = CONTRACTS / "segment" / "events.yml"
KNOWN_FILES = 1000
ORDER_ROWS = """
    select 'ORD-' || lpad(i::varchar, 9, '0') as order_id, 'C' || (hash(i) % 200000) as customer_id,
        'user' || (hash(i) % 200000) || '@example.com' as email,
        case hash(i) % 3 when 0 then 'paid' when 1 then 'pending' else 'refunded' end as status,
        strftime(timestamp '2024-01-01' + to_seconds(i), '%Y-%m-%d %H:%M:%S') as ordered_at, 'CNY' as currency,
        ((hash(i) % 100000) / 100)::decimal(18, 2) as total, hash(i) % 10 as items,
        'a note, with a comma ' || i as note, case when i % 2 = 0 then '上海' else '杭州' end as city
    from range({rows}) as numbers (i)
"""
EVENT_ROWS = """
    select 'page' as type, 'm-' || i as "messageId", 'anon-' || (hash(i) % 90000) as "anonymousId",
        strftime(timestamp '2024-01-01' + to_seconds(i), '%Y-%m-%dT%H:%M:%S.000Z') as "timestamp",
        {{'page': {{'path': '/products/' || (i % 500), 'referrer': 'https://example.com/'}},
          'campaign': {{'source': 'baidu', 'medium': 'cpc'}}, 'locale': 'zh-CN'}} as context,
        {{'path': '/products/' || (i % 500), 'total': (i % 1000) / 10}} as properties
    from range({rows}) as numbers (i)
"""


@dataclass(frozen=True)
class Measured:
    """Seconds by the wall and on the processor, and the peak of resident memory, of one whole process."""

    seconds: float
    cpu_seconds: float
    peak_mb: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--step", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.step:
        name, path, scratch = arguments.step
        STEPS[name](Path(path), Path(scratch))
        return
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as folder:
        for row in _measure_all(Path(folder), arguments.megabytes):
            print(json.dumps(row), flush=True)


def _measure_all(folder: Path, megabytes: int) -> Iterator[dict[str, object]]:
    orders, chinese, events = folder / "orders.csv", folder / "orders_gb.csv", folder / "events.ndjson"
    _write(ORDER_ROWS.format(rows=megabytes * 7600), f"'{orders}' (header)")
    chinese.write_bytes(b"")
    with orders.open(encoding="utf-8", newline="") as source, chinese.open("w", encoding="gb18030", newline="") as copy:
        while chunk := source.read(1 << 22):
            copy.write(chunk)
    _write(EVENT_ROWS.format(rows=megabytes * 3100), f"'{events}' (format json)")
    pairs = [
        ("orders, UTF-8", orders, "csv floor", "orders", 1.5),
        ("orders, GB18030", chinese, "csv floor", "orders", 3.0),
        ("events, JSON lines", events, "json floor", "events", 1.5),
    ]
    for what, path, floor, ours, goal in pairs:
        before = _step(floor, orders if floor == "csv floor" else path, folder)
        after = _step(ours, path, folder)
        yield {
            "what": what,
            "megabytes": round(path.stat().st_size / 1e6),
            "floor": asdict(before),
            "ours": asdict(after),
            "wall_ratio": round(after.seconds / before.seconds, 2),
            "cpu_ratio": round(after.cpu_seconds / before.cpu_seconds, 2),
            "goal": goal,
        }
    known = _step("known", orders, folder)
    yield {"what": f"{KNOWN_FILES} known files again", "seconds": known.seconds, "goal": 2.0}


def _write(rows: str, target: str) -> None:
    with duckdb.connect(config=CONFIG) as connection:
        connection.execute(f"copy ({rows}) to {target}")


def _step(name: str, path: Path, folder: Path) -> Measured:
    """Run one step in a process of its own; it prints its seconds, without those of starting up.

    What was written before goes to the disk first: whoever writes next would wait for it.
    """
    os.sync()
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        command = [sys.executable, "-m", "tests.benchmarks.ingestion", "--step", name, str(path), scratch]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def _timed(work: Callable[[], object]) -> None:
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    work()
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps(asdict(Measured(round(seconds, 2), round(cpu, 2), round(after.ru_maxrss / 1024)))))


def _open(scratch: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(scratch / "w.duckdb"), config=CONFIG)
    connection.execute("set timezone = 'UTC'; set enable_progress_bar = false")
    return connection


def _csv_floor(path: Path, scratch: Path) -> None:
    with _open(scratch) as connection:
        _timed(lambda: connection.execute(f"create table t as from read_csv('{path}', all_varchar = true)"))


def _json_floor(path: Path, scratch: Path) -> None:
    """The same columns as ours: DuckDB's own reader with the types and paths of the contract."""
    contract = load_contract(EVENTS)
    file = InboxFile(path, contract.system, DAY, path.stat().st_size, contract, "")
    arrival, fit = arrive(file, contract, Places(scratch / "archive", scratch / "decoded"))
    source = open_source(file, contract, arrival, fit, scratch)
    with _open(scratch) as connection:
        _timed(lambda: connection.execute(f"create table t as select {source.named_cells} from {source.scan}"))


def _take_in(contract_path: Path) -> Callable[[Path, Path], None]:
    def take(path: Path, scratch: Path) -> None:
        contract = load_contract(contract_path)
        file = InboxFile(path, contract.system, DAY, path.stat().st_size, contract, "")
        with _open(scratch) as connection:
            ledger.open_books(connection)
            yard = Yard(scratch / "archive", scratch / "decoded", "run-1", DAY)
            _timed(lambda: receive(connection, contract, [file], yard))
            counted = connection.execute(
                f"select count(*), count(distinct _row_number), max(_row_number), bool_and(is_balanced) "
                f"from {contract.relation}, ops.row_conservation"
            ).fetchone()
            if counted is None or counted[0] != counted[2] or counted[0] != counted[1] or not counted[3]:
                raise AssertionError(f"Rows were lost or numbered twice: {counted}")

    return take


def _known(_: Path, scratch: Path) -> None:
    """A second run over files that are all in the books."""
    contract = load_contract(EVENTS)
    for number in range(KNOWN_FILES):
        folder = scratch / "inbox" / "segment" / str(DAY + timedelta(days=number % 250))
        folder.mkdir(parents=True, exist_ok=True)
        line = f'{{"messageId": "m{number}", "type": "page", "timestamp": "2026-01-01T00:00:00Z"}}\n'
        (folder / f"events-{number}.ndjson.gz").write_bytes(gzip.compress(line.encode()))
    yard = Yard(scratch / "archive", scratch / "decoded", "run-1", DAY)

    def run(connection: duckdb.DuckDBPyConnection) -> int:
        files = scan(scratch / "inbox", [contract], date(2027, 1, 1))
        return receive(connection, contract, files, yard).files

    with _open(scratch) as connection:
        ledger.open_books(connection)
        if run(connection) != KNOWN_FILES:
            raise AssertionError("Not every file was taken in.")
        _timed(lambda: run(connection))


STEPS: dict[str, Callable[[Path, Path], None]] = {
    "csv floor": _csv_floor,
    "json floor": _json_floor,
    "orders": _take_in(ORDERS),
    "events": _take_in(EVENTS),
    "known": _known,
}

if __name__ == "__main__":
    main()
