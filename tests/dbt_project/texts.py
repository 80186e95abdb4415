"""The text of a model as dbt compiles it, to be run on any database that has the tables it reads."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from orchestration.settings import DBT_PROJECT

COMPILED_FOR = "2026-03-15"
MODELS = ("int_category_prices", "int_features_counted", "customer_features")


@dataclass(frozen=True)
class Texts:
    """The feature models' texts, by name."""

    compiled: dict[str, str]

    def one_for(self, name: str, day: date) -> str:
        """A model's own text, as a run of the day compiles it."""
        return self.compiled[name].replace(COMPILED_FOR, day.isoformat())

    def whole_for(self, day: date) -> str:
        """The features from the facts alone: each model's text stands where the next one reads its table."""
        whole = self.compiled[MODELS[-1]]
        for name in reversed(MODELS[:-1]):
            text = self.compiled[name]
            whole = re.sub(rf'"core"\."intermediate"\."{name}"', lambda _, text=text: f"({text})", whole)
        return whole.replace(COMPILED_FOR, day.isoformat())


def feature_texts(folder: Path, **variables: Any) -> Texts:
    """Compile the feature models into a folder of its own; `variables` are dbt's."""
    arguments = [
        *("--quiet", "compile", "--select", *MODELS, "--target", "warehouse"),
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
    found = folder / "target" / "compiled"
    return Texts({name: next(found.rglob(f"{name}.sql")).read_text(encoding="utf-8") for name in MODELS})
