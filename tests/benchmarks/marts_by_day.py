"""What a day costs: everything from nothing, and then a day by what came. `python -m tests.benchmarks.marts day`.

The synthetic company delivers into a warehouse by the real door; dbt then builds all models and tests in this process,
first from nothing, then the next day, each time from what stood before: with nothing new, with one new delivery, with
those of all daily feeds, with those of all feeds. Seconds are of the processor, node by node (dbt builds one after the
other), added up by the kind of thing built. Without identity: the five models of Python that find out who is who are
left out of both sides.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration import ledger
from orchestration.ingestion.contracts import load_contracts
from orchestration.ingestion.inbox import InboxFile, scan
from orchestration.ingestion.load import create_raw_table
from orchestration.ingestion.receive import Yard, receive
from orchestration.settings import CONTRACTS, DBT_PROJECT

DAY = date(2026, 11, 1)
IDENTITY = "identity, in Python"
NEWS: dict[str, Callable[[InboxFile], bool]] = {
    "nothing": lambda file: False,
    "orders": lambda file: file.contract.name == "shopify/orders",
    "events": lambda file: file.contract.name == "segment/events",
    "daily": lambda file: file.contract.delivery.cadence_days == 1,
    "all": lambda file: True,
}
PIECES = 14  # days delivered in pieces: weekly feeds come twice before the day and once on it


@dataclass
class Spent:
    """Processor seconds of a build: `nodes` by name, and where each belongs; `tables` are those that were written."""

    total: float = 0.0
    tables: set[str] = field(default_factory=set)
    nodes: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, str] = field(default_factory=dict)

    def by_kind(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for name, seconds in self.nodes.items():
            found[self.kinds[name]] += seconds
        found["dbt itself"] = self.total - sum(self.nodes.values())
        return found


def day(people: int, folder: Path, limit: str) -> None:
    """Print what is spent on everything and on a day with more and more news, by kind and for the dearest nodes."""
    world(people, folder)
    set_up(folder, limit)
    deliver(folder, lambda file: file.delivery_date < DAY)
    full = build(folder, date.fromordinal(DAY.toordinal() - 1), "--full-refresh")
    core, yesterday = folder / "core.duckdb", folder / "yesterday.duckdb"
    shutil.copy(core, yesterday)
    days = {}
    for news, is_new in NEWS.items():
        shutil.copy(yesterday, core)
        deliver(folder, lambda file, is_new=is_new: file.delivery_date == DAY and is_new(file))
        days[news] = build(folder, DAY)
        print(f"{news}: {len(days[news].tables)} tables built; {held_to_the_whole(folder)}", flush=True)
    tell(full, days)


def world(people: int, folder: Path) -> None:
    """The company's exports; an inbox that stands is used again."""
    if not (folder / "inbox").is_dir():
        crm = Path(sys.executable).with_name("crm")
        subprocess.run(
            [
                *(crm, "world", "--people", str(people), "--days", "730", "--seed", "7", "--daily-days", str(PIECES)),
                *("--last-day", DAY.isoformat(), "--out", folder),
            ],
            check=True,
        )
        shutil.rmtree(folder / "truth")


def set_up(folder: Path, limit: str) -> None:
    """Empty books, raw tables, and tables of the models, in a new file."""
    os.environ.update({
        "CRM_DATA": str(folder), "CRM_WAREHOUSE": str(folder / "core.duckdb"), "CRM_MEMORY_LIMIT": limit,
    })  # fmt: skip
    (folder / "core.duckdb").unlink(missing_ok=True)
    with duckdb.connect(str(folder / "core.duckdb")) as connection:
        ledger.open_books(connection)
        for contract in load_contracts(CONTRACTS):
            create_raw_table(connection, contract)
        connection.execute("create schema ml")
        for relation, columns in _tables_of_models().items():
            connection.execute(f"create table {relation} ({columns})")


def deliver(folder: Path, is_due: Callable[[Any], bool]) -> None:
    """Let the due deliveries in by the real door."""
    contracts = load_contracts(CONTRACTS)
    files = [
        file for file in scan(folder / "inbox", contracts, DAY) if file.delivery_date and file.contract and is_due(file)
    ]
    config: dict[str, Any] = {"threads": "2", "memory_limit": "2GB"}
    with duckdb.connect(str(folder / "core.duckdb"), config=config) as connection:
        yard = Yard(folder / "archive", folder / "decoded", f"run {len(files)}", DAY)
        ledger.begin_run(connection, yard.run_id, yard.as_of_date)
        for contract in contracts:
            receive(connection, contract, [file for file in files if file.contract is contract], yard)


def build(folder: Path, as_of_date: date, *arguments: str) -> Spent:
    """dbt's build of everything in this process, and what each node took."""
    from dbt.cli.main import dbtRunner

    from orchestration import dbt_build

    spent, manifest = Spent(), dbt_build._manifest()
    began: dict[str, float] = {}

    def listen(event: Any) -> None:
        node = getattr(event.data, "node_info", None)
        if node is None or node.unique_id not in manifest.nodes:
            return
        if event.info.name == "NodeStart":
            began[node.unique_id] = _processor()
        elif event.info.name == "NodeFinished" and node.unique_id in began:
            spent.nodes[node.node_name] = _processor() - began[node.unique_id]
            spent.kinds[node.node_name] = _kind(manifest.nodes[node.unique_id])

    start, wall = _processor(), time.perf_counter()
    outcome: Any = dbtRunner(manifest=manifest, callbacks=[listen]).invoke([
        *("build", "--exclude-resource-type", "unit_test"),
        *("--vars", json.dumps({"as_of_date": as_of_date.isoformat(), "max_merged_share": 1})),
        *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--target", "warehouse"),
        *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs"), "--no-write-json"),
        *("--log-level", "none", "--log-level-file", "none", *arguments),
    ])  # fmt: skip
    dbt_build._let_go()
    spent.total = _processor() - start
    failed = [
        result for result in outcome.result.results if str(result.status) not in ("success", "pass", "no-op", "warn")
    ]
    spent.tables = {
        result.node.name
        for result in outcome.result.results
        if result.node.resource_type == "model"
        and result.node.config.materialized != "view"
        and "NO NEWS" not in str(result.message)
    }
    for result in failed:
        print(f"{result.node.name}: {result.status} {(result.message or '')[-300:]}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"built in {spent.total:.1f} s of processor, {time.perf_counter() - wall:.1f} s by the wall, {peak:.1f} GB",
        flush=True,
    )
    return spent


def held_to_the_whole(folder: Path) -> str:
    """Whether every table built in part holds the rows that its text, run whole, makes of everything now."""
    from orchestration import dbt_build

    in_part = [node for node in dbt_build._manifest().nodes.values() if node.config.meta.get("touched_by")]
    others = []
    with duckdb.connect(str(folder / "core.duckdb"), config={"threads": "2", "memory_limit": "2GB"}) as connection:
        for node in in_part:
            relation = f"{node.schema}.{node.name}"
            text = next((folder / "target" / "compiled").rglob(f"{node.name}.sql")).read_text(encoding="utf-8")
            columns = ", ".join(name for (name, *_) in connection.execute(f"describe {relation}").fetchall())
            stands, whole = (
                connection.execute(f"select count(*), sum(hash(t)) from (select {columns} from {rows}) as t").fetchone()
                for rows in (relation, f"({text})")
            )
            if stands != whole:
                others.append(f"{relation} ({stands}, whole {whole})")
    return f"{len(in_part)} tables in part, not what they are built whole: {', '.join(others) or 'none'}"


def tell(full: Spent, days: dict[str, Spent]) -> None:
    """One line per kind and per dear node: from nothing, and on each day; a star where a table was written."""
    print(f"{'':44}{'from nothing':>13}", *(f"{news:>10}" for news in days))
    everything, kinds = full.by_kind(), [spent.by_kind() for spent in days.values()]
    lines = [(kind, [seconds, *(one[kind] for one in kinds)]) for kind, seconds in everything.most_common()]
    sums = [sum(column) for column in zip(*(figures for _, figures in lines), strict=True)]
    identity = [everything[IDENTITY], *(one[IDENTITY] for one in kinds)]
    lines += [("all", sums), ("all without identity", [both - one for both, one in zip(sums, identity, strict=True)])]
    lines += [(f"share, {name}", [100 * one / figures[0] for one in figures]) for name, figures in lines[-2:]]
    for name, figures in lines:
        print(f"{name[:43]:44}{figures[0]:13.1f}", *(f"{one:9.2f} " for one in figures[1:]))
    dearest = Counter({name: max(spent.nodes[name] for spent in days.values()) for name in full.nodes})
    for name, _ in dearest.most_common(60):
        spent = (f"{one.nodes[name]:9.2f}{'*' if name in one.tables else ' '}" for one in days.values())
        print(f"{name[:43]:44}{full.nodes[name]:13.1f}", *spent)


def _kind(node: Any) -> str:
    if node.resource_type == "test":
        return "tests"
    if node.language == "python" or node.name == "customer_crosswalk":
        return IDENTITY
    if node.resource_type == "seed" or node.config.materialized in ("view", "ephemeral"):
        return "views and seeds"
    return " ".join(node.fqn[1:-1][:2])


def _tables_of_models() -> dict[str, str]:
    from orchestration import outlook_tables, portrait_tables
    from orchestration.defs.ml import rfm

    ours = {
        "ml.rfm": rfm.COLUMNS,
        "ml.customer_value": outlook_tables.VALUE,
        "ml.churn_scores": outlook_tables.CHURN,
        "ml.score_reasons": outlook_tables.REASONS,
    }
    spelled = {
        name: ", ".join(f"{column} {kind}" for column, kind in columns.items()) for name, columns in ours.items()
    }
    return spelled | {name: columns for tables in portrait_tables.TABLES.values() for name, columns in tables.items()}


def _processor() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
