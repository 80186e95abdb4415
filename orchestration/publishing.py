"""Which tables are shown, what is looked for before they are, and the step from working copy to version."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from orchestration import clock, ledger
from orchestration.dbt_build import manifest_path
from orchestration.privacy import findings
from orchestration.snapshots import MARTS, PEOPLE, Edition, SnapshotError
from orchestration.warehouse import open_database, shelf

SHOWN = {"marts": MARTS, "people": PEOPLE}
VALUE_SCAN = "nothing_shown_names_a_person"


@dataclass(frozen=True)
class Work:
    """A finished working copy: its folder, the day it speaks for, the run that wrote it."""

    folder: Path
    as_of_date: date
    run_id: str


def published_relations() -> dict[str, str]:
    """relation -> file, for everything that readers get: dbt nodes that say so, the model outputs, the books."""
    nodes = json.loads(manifest_path().read_text(encoding="utf-8"))["nodes"].values()
    shown = {
        f"{node['schema']}.{node['name']}": SHOWN[node["config"]["meta"]["publish"]]
        for node in nodes
        if node["config"].get("meta", {}).get("publish")
    }
    return shown | {"ml.rfm": MARTS} | dict.fromkeys(ledger.PUBLISHED, MARTS)


def look_over(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What speaks against showing the nameless tables of a working copy: sentences without values."""
    return findings(connection, [relation for relation, file in published_relations().items() if file == MARTS])


def publish(work: Work) -> str:
    """Publish a working copy that has been looked over; returns the version.

    Raises:
        SnapshotError: a file is not whole. Nothing was published.
    """
    with open_database(work.folder / "core.duckdb") as connection:
        checks = _checks(connection, work.run_id)
        gates = connection.execute("select model, gate from ops.model_runs where run_id = ?", [work.run_id]).fetchall()
    return shelf().publish(
        work.folder,
        Edition(work.as_of_date, work.run_id, clock.now(), published_relations(), checks, dict(gates)),
    )


def refuse_if(found: list[str]) -> None:
    """Raise what `look_over` found.

    Raises:
        SnapshotError: something was found.
    """
    if found:
        raise SnapshotError(
            "Nothing was published: nameless tables hold what looks like personal values. " + "; ".join(found)
        )


def _checks(connection: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, int]:
    counted = connection.execute(
        "select count(*) filter (passed), count(*) filter (not passed) from ops.quality_results where run_id = ?",
        [run_id],
    ).fetchone()
    passed, failed = counted or (0, 0)
    return {"passed": passed, "failed": failed}
