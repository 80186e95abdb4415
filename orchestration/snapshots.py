"""The shelf of published versions: take a working copy, publish it whole, point to it, go back, clear away.

A version is a folder that never changes once it has its name: `core.duckdb` (everything), `marts.duckdb`
(nameless), `people.duckdb` (what names a person) and `manifest.json`. Readers follow `current.json`,
the one small file that is ever replaced. The link `current` beside it is for people and for dbt's dev
target, which cannot read JSON.
"""

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

# Long tables that pages read one customer at a time: in this order a look reads a block, and not the table.
BY_CUSTOMER = (
    *("marts.fct_interactions", "marts.fct_orders", "marts.fct_points"),
    *("marts.customer_records", "marts.customer_field_provenance"),
    *("ml.score_reasons", "ml.next_products", "ml.preferences"),
)
KEPT_VERSIONS = 5
CORE, MARTS, PEOPLE = "core.duckdb", "marts.duckdb", "people.duckdb"
MODES = {CORE: 0o400, PEOPLE: 0o400, MARTS: 0o444, "manifest.json": 0o444}


class SnapshotError(Exception):
    """A version cannot be taken, published or found; the message says what to do."""


@dataclass(frozen=True)
class Edition:
    """What is to be published: for which day, by which run, which tables into which file, and what was checked."""

    as_of_date: date
    run_id: str
    published_at: datetime
    relations: Mapping[str, str]
    checks: Mapping[str, int]
    model_gates: Mapping[str, str]


@dataclass(frozen=True)
class Shelf:
    """The folder of published versions. `config` is how DuckDB may use the machine."""

    root: Path
    config: Mapping[str, Any]

    def current(self) -> str | None:
        """The version that readers are pointed to."""
        pointer = self.root / "current.json"
        if not pointer.exists():
            return None
        version: str = json.loads(pointer.read_text(encoding="utf-8"))["version"]
        return version

    def versions(self) -> list[str]:
        """Every complete version, oldest first."""
        return sorted(path.name for path in self._folders() if all((path / name).exists() for name in MODES))

    def manifest(self, version: str) -> dict[str, Any]:
        """What a version says of itself."""
        found: dict[str, Any] = json.loads((self.root / version / "manifest.json").read_text(encoding="utf-8"))
        return found

    def take_copy(self, work: Path) -> Path:
        """A fresh working copy of the last good core in `work`, after clearing away what a dead run left there.

        Raises:
            SnapshotError: there is not enough room on the disk.
        """
        _clear(work)
        copy = work / CORE
        version = self.current()
        if version is None:
            return copy
        core = self.root / version / CORE
        needed, free = int(2.5 * core.stat().st_size), shutil.disk_usage(work).free
        if free < needed:
            raise SnapshotError(
                f"A run needs about {needed / 1e9:.1f} GB of free disk under {work}, and {free / 1e9:.1f} GB are free. "
                "Make room and run again."
            )
        shutil.copyfile(core, copy)
        copy.chmod(0o600)
        return copy

    def publish(self, work: Path, edition: Edition) -> str:
        """Cut, verify and publish the working copy; the pointer moves last. Returns the version.

        Raises:
            SnapshotError: the working copy or a file cut from it is not whole. Nothing was published.
        """
        version = f"{self._next_number():06d}-{edition.as_of_date.isoformat()}"
        draft = work / version
        draft.mkdir()
        self._checkpoint(work / CORE)
        for file in (MARTS, PEOPLE):
            self._cut(work / CORE, draft / file, _relations_of(edition, file))
        os.replace(work / CORE, draft / CORE)
        tables = self._verify(draft, edition)
        _write_manifest(draft, version, edition, tables)
        for name, mode in MODES.items():
            (draft / name).chmod(mode)
            _fsync(draft / name)
        _fsync(draft)
        self.root.mkdir(parents=True, exist_ok=True)
        os.replace(draft, self.root / version)
        _fsync(self.root)
        self._point_to(version)
        self.prune()
        return version

    def rollback(self, version: str | None = None) -> str:
        """Point readers to an earlier version: the one named, or the one before the current.

        Raises:
            SnapshotError: there is no such version.
        """
        versions, current = self.versions(), self.current()
        if version is None:
            earlier = [name for name in versions if current is not None and name < current]
            if not earlier:
                raise SnapshotError("There is no earlier version to go back to.")
            version = earlier[-1]
        if version not in versions:
            raise SnapshotError(f"There is no version {version}. There are: {', '.join(versions) or 'none'}.")
        self._point_to(version)
        return version

    def prune(self, keep: int = KEPT_VERSIONS) -> None:
        """Remove all but the newest `keep` versions, and what is left of a removal that was cut short; never the
        current one."""
        kept = {*self.versions()[-keep:], self.current()}
        for folder in self._folders():
            if folder.name not in kept:
                shutil.rmtree(folder)

    def _folders(self) -> list[Path]:
        return sorted(self.root.glob("[0-9]*"))

    def _next_number(self) -> int:
        names = [path.name for path in self._folders()] + [self.current() or "0"]
        return 1 + max(int(name.partition("-")[0]) for name in names)

    def _checkpoint(self, path: Path) -> None:
        with duckdb.connect(str(path), config=dict(self.config)) as connection:
            connection.execute("checkpoint")
        if path.with_name(path.name + ".wal").exists():
            raise SnapshotError(f"{path.name} was not closed cleanly: a write-ahead log is left beside it.")

    def _cut(self, core: Path, target: Path, relations: Iterable[str]) -> None:
        """Copy relations from the core into a new file.

        DuckDB calls a database by its file's name: `marts.customer_360` in `marts.duckdb` would be
        ambiguous if a schema were called so, too. The tables of that schema stand in `main` there, and
        the address that an analyst types is the same in the warehouse and in the published file. The core keeps its
        name, by which views in it call their tables.
        """
        beside = {"temp_directory": f"{target}.tmp"}  # a database in memory would write where the process was started
        with duckdb.connect(config=dict(self.config) | beside) as scribe:
            scribe.execute(f"attach '{_quoted(core)}' as core (read_only); attach '{_quoted(target)}' as shown")
            scribe.execute("begin")  # each table by itself would wait for the disk
            for relation in relations:
                address = _address(target, relation)
                scribe.execute(f"create schema if not exists shown.{address.partition('.')[0]}")
                order = " order by customer_id" if relation in BY_CUSTOMER else ""
                scribe.execute(f"create table shown.{address} as select * from core.{relation}{order}")
            scribe.execute("commit; checkpoint shown; detach shown; detach core")

    def _verify(self, draft: Path, edition: Edition) -> dict[str, dict[str, Any]]:
        """Open the three files as readers would, read every table whole, and hold the copies to the originals.

        A damaged block fails its checksum when it is read.
        """
        with duckdb.connect(str(draft / CORE), read_only=True, config=dict(self.config)) as connection:
            found = connection.execute(
                "select schema_name || '.' || table_name from duckdb_tables() where not internal"
            ).fetchall()
            relations = {relation for (relation,) in found} | set(edition.relations)
            originals = {relation: _fingerprint(connection, relation) for relation in sorted(relations)}
        tables = {}
        for file in (MARTS, PEOPLE):
            with duckdb.connect(config=dict(self.config)) as reader:
                reader.execute(f"attach '{_quoted(draft / file)}' as shown (read_only)")
                for relation in _relations_of(edition, file):
                    rows, content = _fingerprint(reader, f"shown.{_address(draft / file, relation)}")
                    if (rows, content) != originals[relation]:
                        raise SnapshotError(f"{file} does not hold what the warehouse holds in {relation}.")
                    tables[relation] = {"rows": rows, "content_hash": content, "file": file}
        return tables

    def _point_to(self, version: str) -> None:
        draft = self.root / "current.json.draft"
        draft.write_text(json.dumps({"version": version}), encoding="utf-8")
        _fsync(draft)
        link = self.root / "current.draft"
        link.unlink(missing_ok=True)
        link.symlink_to(version)
        os.replace(link, self.root / "current")
        os.replace(draft, self.root / "current.json")
        _fsync(self.root)


def _relations_of(edition: Edition, file: str) -> list[str]:
    return sorted(relation for relation, target in edition.relations.items() if target == file)


def _address(target: Path, relation: str) -> str:
    """Where a relation stands in a published file."""
    schema, _, table = relation.partition(".")
    return f"main.{table}" if schema == target.stem else relation


def _fingerprint(connection: duckdb.DuckDBPyConnection, relation: str) -> tuple[int, str]:
    """Row count and a content hash that does not depend on the order of rows."""
    found = connection.execute(f"select count(*), coalesce(sum(hash(t)), 0) from {relation} as t").fetchone()
    rows, total = found if found else (0, 0)
    return int(rows), f"{int(total):x}"


def _write_manifest(draft: Path, version: str, edition: Edition, tables: Mapping[str, Any]) -> None:
    manifest = {
        "version": version,
        "as_of_date": edition.as_of_date.isoformat(),
        "published_at": edition.published_at.isoformat(timespec="seconds"),
        "run_id": edition.run_id,
        "tables": dict(sorted(tables.items())),
        "checks": dict(edition.checks),
        "model_gates": dict(edition.model_gates),
        "files": {name: {"bytes": (draft / name).stat().st_size} for name in (CORE, MARTS, PEOPLE)},
    }
    (draft / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False), encoding="utf-8")


def _clear(work: Path) -> None:
    for path in work.iterdir():
        if path.name != "LOCK":
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
