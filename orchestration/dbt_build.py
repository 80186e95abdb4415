"""dbt, run inside this process: the parsed project, and a build of some of its models.

A dbt subprocess for each of the two halves of a run would cost more than all of its SQL. What a build
reports back are names and statuses; messages of the engine may hold cell values and are not logged.
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from orchestration.settings import CHECKOUT, DBT_PROJECT, settings
from orchestration.snapshots import CORE

WATCHED = ("*.sql", "*.yml", "*.csv", "*.py", "*.md")
PARSED = CHECKOUT / ".cache" / "dbt"
KEPT_PARSES = 5


class DbtError(Exception):
    """dbt could not do what was asked; the message names nodes and never shows values."""


@dataclass(frozen=True)
class NodeResult:
    """What became of one node. `description` is what the project says of it, for people."""

    unique_id: str
    kind: str
    name: str
    status: str
    failures: int
    severity: str
    subject: str
    description: str

    @property
    def is_good(self) -> bool:
        return self.status in ("success", "pass", "warn", "no-op")


def target_path() -> Path:
    """Where runs keep dbt's artefacts, apart from an analyst's own `dbt_project/target`."""
    return settings().data / "dbt"


def manifest_path() -> Path:
    """The parsed project as dbt writes it.

    Raises:
        DbtError: the project does not parse.
    """
    return _parsed() / "manifest.json"


def build(models: Iterable[str], variables: Mapping[str, Any], warehouse: Path) -> list[NodeResult]:
    """Build models and run the data tests that hang on them, in this process, on the file `warehouse`.

    `variables` are dbt's: `as_of_date` always, others where this run is to differ from dbt_project.yml.

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
        *("--vars", json.dumps(variables)),
        "--no-write-json",
        *_where(),
    ]
    with _speaking_to(warehouse):
        try:
            outcome: Any = dbtRunner(manifest=_manifest()).invoke(arguments)
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
        outcome = dbtRunner(manifest=_manifest()).invoke(["docs", "generate", "--static", "--empty-catalog", *_where()])
        _let_go()
    if not outcome.success:
        raise DbtError(f"dbt docs could not be built: {_harmless(str(outcome.exception))}")
    return target_path() / "static_index.html"


def _manifest() -> Any:
    """The parsed project as the object that a build takes: a hundred times faster to load than to parse.

    Each build takes its own. dbt writes what it compiles into it, and a second build would find the ephemeral models
    of the first: a backfill's second day would fail.
    """
    from dbt.contracts.graph.manifest import Manifest

    manifest = Manifest.from_msgpack((_parsed() / "partial_parse.msgpack").read_bytes())
    manifest.build_flat_graph()
    return manifest


@cache
def _parsed() -> Path:
    """The folder of the parsed project, named by the content of its files: never stale, whole or not there.

    Nothing of a warehouse stands in it, so all warehouses of this checkout share it.
    """
    folder = PARSED / _digest()
    if not folder.exists():
        PARSED.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=PARSED, prefix=".draft-"))
        try:
            _parse_into(draft)
            with suppress(OSError):  # another process was first
                draft.rename(folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        _forget_all_but(KEPT_PARSES)
    return folder


def _parse_into(folder: Path) -> None:
    from dbt.cli.main import dbtRunner

    # The database's name, which is the file's, stands in the manifest; parsing does not open it.
    with _speaking_to(settings().work / CORE):
        outcome = dbtRunner().invoke(["parse", *_where(folder)])
    if not outcome.success:
        raise DbtError(f"The dbt project does not parse: {outcome.exception}")


def _digest() -> str:
    content = hashlib.sha256(version("dbt-core").encode() + version("dbt-duckdb").encode())
    for path in sorted(path for pattern in WATCHED for path in _project_files(pattern)):
        content.update(str(path.relative_to(DBT_PROJECT)).encode())
        content.update(hashlib.sha256(path.read_bytes()).digest())
    return content.hexdigest()[:16]


def _forget_all_but(count: int) -> None:
    by_age = sorted(PARSED.iterdir(), key=lambda folder: folder.stat().st_mtime)
    for folder in by_age[:-count]:
        shutil.rmtree(folder, ignore_errors=True)


def _let_go() -> None:
    """Close the database that dbt-duckdb keeps open for the life of its process, which here is ours.

    It would close by itself between nodes with `keep_open: false`, at the price of a checkpoint each time.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    environment = DuckDBConnectionManager._ENV
    if environment is not None:
        environment.close()
    DuckDBConnectionManager.close_all_connections()


def _where(target: Path | None = None) -> list[str]:
    target = target or target_path()
    return [
        *("--project-dir", str(DBT_PROJECT)),
        *("--profiles-dir", str(DBT_PROJECT)),
        *("--target", "warehouse"),
        *("--target-path", str(target)),
        *("--log-path", str(target / "logs")),
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
        description=" ".join((node.description or "").split()),
    )


def _project_files(pattern: str) -> Iterator[Path]:
    for path in DBT_PROJECT.rglob(pattern):
        if not {"target", "logs", "__pycache__"} & set(path.relative_to(DBT_PROJECT).parts):
            yield path


def _harmless(message: str) -> str:
    """An engine's message without anything in quotation marks, where values stand."""
    return re.sub(r"'[^']*'|\"[^\"]*\"", "'…'", message)
