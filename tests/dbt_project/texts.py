"""The text of a model as dbt compiles it, to be run on any database that has the tables it reads."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.settings import DBT_PROJECT

COMPILED_FOR = "2026-03-15"


@dataclass(frozen=True)
class Texts:
    """The feature model's text for a table that is not there yet, and for one to go on with."""

    whole: str
    onward: str

    def whole_for(self, day: date) -> str:
        return self.whole.replace(COMPILED_FOR, day.isoformat())

    def onward_for(self, day: date) -> str:
        return self.onward.replace(COMPILED_FOR, day.isoformat())


def feature_texts(folder: Path, **variables: Any) -> Texts:
    """Compile the feature model twice, into a folder of its own; `variables` are dbt's."""
    whole = _compiled(folder, variables)
    with duckdb.connect(str(folder / "core.duckdb")) as connection:
        connection.execute("create schema if not exists marts")
        connection.execute("create table marts.customer_features (as_of_date date, inputs_hash varchar)")
    return Texts(whole, _compiled(folder, variables))


def _compiled(folder: Path, variables: dict[str, Any]) -> str:
    arguments = [
        *("--quiet", "compile", "--select", "customer_features", "--target", "warehouse"),
        *("--project-dir", DBT_PROJECT, "--profiles-dir", DBT_PROJECT),
        *("--target-path", folder / "target", "--log-path", folder / "logs"),
        *("--vars", json.dumps({"as_of_date": COMPILED_FOR} | variables)),
    ]
    outcome = subprocess.run(
        [Path(sys.executable).with_name("dbt"), *arguments],
        env=os.environ | {"CRM_DATA": str(folder), "CRM_WAREHOUSE": str(folder / "core.duckdb"), "CRM_CURRENCY": "CNY"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    found = next((folder / "target" / "compiled").rglob("customer_features.sql"))
    return found.read_text(encoding="utf-8")
