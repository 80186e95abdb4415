"""dbt, run inside this process: the parsed project, and a build of some of its models.

A dbt subprocess for each of the two halves of a run would cost more than all of its SQL. What a build
reports back are names and statuses; messages of the engine may hold cell values and are not logged.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from orchestration.settings import DBT_PROJECT, settings
from orchestration.snapshots import CORE

WATCHED = ("*.sql", "*.yml", "*.csv", "*.py")


class DbtError(Exception):
    """dbt could not do what was asked; the message names nodes and never shows values."""


@dataclass(frozen=True)
class NodeResult:
    """What became of one node. `name` and `schema` are the node's; `passed` is meaningless for models."""

    unique_id: str
    kind: str
    name: str
    status: str
    failures: int
    severity: str
    subject: str

    @property
    def is_good(self) -> bool:
        return self.status in ("success", "pass", "warn", "no-op")


def target_path() -> Path:
    """Where runs keep dbt's artefacts, apart from an analyst's own `dbt_project/target`."""
    return settings().data / "dbt"


def manifest_path() -> Path:
    """The parsed project, parsed again when a file of the project is newer.

    Raises:
        DbtError: the project does not parse.
    """
    manifest = target_path() / "manifest.json"
    newest = max(path.stat().st_mtime for pattern in WATCHED for path in _project_files(pattern))
    if not manifest.exists() or manifest.stat().st_mtime < newest:
        _parse()
    return manifest


def build(models: Iterable[str], as_of_date: date, warehouse: Path) -> list[NodeResult]:
    """Build models and run the data tests that hang on them, in this process, on the file `warehouse`.

    Unit tests are left out: they test the SQL, not the data, and run in `make test`.

    Raises:
        DbtError: a node failed, or dbt itself did. Everything that had a result is in `results`.
    """
    from dbt.cli.main import dbtRunner

    arguments = [
        "build",
        *("--select", *sorted(models)),
        *("--exclude-resource-type", "unit_test"),
        *("--indirect-selection", "buildable"),
        *("--vars", json.dumps({"as_of_date": as_of_date.isoformat()})),
        "--no-write-json",
        *_where(),
    ]
    with _speaking_to(warehouse):
        try:
            outcome: Any = dbtRunner(manifest=_parse()).invoke(arguments)
        finally:
            _let_go()
    if outcome.result is None:
        raise DbtError(f"dbt stopped before it built anything: {_harmless(str(outcome.exception))}")
    return [_node_result(result) for result in outcome.result.results]


def docs() -> Path:
    """dbt's documentation of the project as one page that needs no server; returns its path.

    Raises:
        DbtError: dbt could not write it.
    """
    from dbt.cli.main import dbtRunner

    with _speaking_to(settings().work / CORE):
        outcome = dbtRunner(manifest=_parse()).invoke(["docs", "generate", "--static", "--empty-catalog", *_where()])
        _let_go()
    if not outcome.success:
        raise DbtError(f"dbt docs could not be built: {_harmless(str(outcome.exception))}")
    return target_path() / "static_index.html"


@cache
def _parse() -> Any:
    from dbt.cli.main import dbtRunner

    # The database's name, which is the file's, stands in the manifest; parsing does not open it.
    with _speaking_to(settings().work / CORE):
        outcome = dbtRunner().invoke(["parse", *_where()])
    if not outcome.success:
        raise DbtError(f"The dbt project does not parse: {outcome.exception}")
    return outcome.result


def _let_go() -> None:
    """Close the database that dbt-duckdb keeps open for the life of its process, which here is ours.

    It would close by itself between nodes with `keep_open: false`, at the price of a checkpoint each time.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    environment = DuckDBConnectionManager._ENV
    if environment is not None:
        environment.close()
    DuckDBConnectionManager.close_all_connections()


def _where() -> list[str]:
    return [
        *("--project-dir", str(DBT_PROJECT)),
        *("--profiles-dir", str(DBT_PROJECT)),
        *("--target", "warehouse"),
        *("--target-path", str(target_path())),
        *("--log-path", str(target_path() / "logs")),
        *("--log-level", "none"),
        *("--log-level-file", "none"),
        "--no-use-colors",
        "--no-version-check",
    ]


@contextmanager
def _speaking_to(warehouse: Path) -> Iterator[None]:
    """Set what `profiles.yml` reads, and put back what stood there."""
    before = os.environ.get("CRM_WAREHOUSE")
    os.environ["CRM_WAREHOUSE"] = str(warehouse)
    try:
        yield
    finally:
        if before is None:
            del os.environ["CRM_WAREHOUSE"]
        else:
            os.environ["CRM_WAREHOUSE"] = before


def _node_result(result: Any) -> NodeResult:
    node = result.node
    resource_type = str(node.resource_type)
    subject = f"{node.schema}.{node.name}"
    if resource_type == "test":
        attached = getattr(node, "attached_node", None) or next(iter(node.depends_on.nodes), "")
        subject = attached.rpartition(".")[2]
    return NodeResult(
        unique_id=node.unique_id,
        kind=resource_type,
        name=node.name,
        status=str(result.status),
        failures=int(result.failures or 0),
        severity=str(node.config.severity).lower() if resource_type == "test" else "error",
        subject=subject,
    )


def _project_files(pattern: str) -> Iterator[Path]:
    for path in DBT_PROJECT.rglob(pattern):
        if not {"target", "logs", "__pycache__"} & set(path.relative_to(DBT_PROJECT).parts):
            yield path


def _harmless(message: str) -> str:
    """An engine's message without anything in quotation marks, where values stand."""
    return re.sub(r"'[^']*'|\"[^\"]*\"", "'…'", message)
