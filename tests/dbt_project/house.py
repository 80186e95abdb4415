"""A warehouse in a folder that dbt builds models in, and what tests ask of it: what was built, and is it right."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.settings import DBT_PROJECT


@dataclass
class House:
    """`models` are what a build selects. CRM_WAREHOUSE and CRM_DATA must name the folder."""

    folder: Path
    models: Sequence[str]

    @property
    def core(self) -> Path:
        return self.folder / "core.duckdb"

    def open(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.core), config={"threads": 1})

    def change(self, sql: str) -> None:
        with self.open() as connection:
            connection.execute(sql)

    def read(self, sql: str) -> list[tuple]:
        with self.open() as connection:
            return connection.execute(sql).fetchall()

    def build(self, day: date, *arguments: str) -> set[str]:
        """dbt's build as of a day; returns the tables that it wrote."""
        from dbt.cli.main import dbtRunner

        from orchestration import dbt_build

        before = self._versions()
        outcome: Any = dbtRunner(manifest=dbt_build._manifest()).invoke([
            *("build", "--select", *self.models, "--exclude-resource-types", "test", "unit_test"),
            *("--vars", json.dumps({"as_of_date": day.isoformat()})),
            *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--target", "warehouse"),
            *("--target-path", str(self.folder / "target"), "--log-path", str(self.folder / "logs")),
            *("--log-level", "none", "--log-level-file", "none", "--no-write-json", *arguments),
        ])  # fmt: skip
        dbt_build._let_go()
        assert outcome.success, [result.message for result in outcome.result.results if result.message]
        return {name for name, version in self._versions().items() if before.get(name) != version}

    def rows(self, relation: str) -> list[tuple]:
        return self.read(f"select * from {relation} order by all")

    def whole(self, name: str) -> list[tuple]:
        """What the model's text, run whole, says now."""
        return self.read(f"select * from ({self.text(name)}) order by all")

    def text(self, name: str) -> str:
        """The model as the last build compiled it."""
        return next((self.folder / "target" / "compiled").rglob(f"{name}.sql")).read_text(encoding="utf-8")

    def changes(self, relation: str) -> int | None:
        """How many rows went or came when a table was built last; None where nobody kept them."""
        kept = self.read(f"select changed_from is not null from built.states where relation = '{relation}'")
        if kept != [(True,)]:
            return None
        return int(self.read(f"select count(*) from built.{relation.replace('.', '__')}__changes")[0][0])

    def _versions(self) -> dict[str, tuple]:
        """What tables were built from; views and what others made stand for nothing built."""
        if self.read("select count(*) from duckdb_tables() where schema_name = 'built'") == [(0,)]:
            return {}
        found = self.read("select relation, inputs, looked_at_in from built.states where inputs is not null")
        return {name: (inputs, seen) for name, inputs, seen in found}
