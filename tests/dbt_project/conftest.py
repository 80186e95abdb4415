"""The text of the feature model as dbt compiles it, and a database of invented facts to run it on."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import DBT_PROJECT
from tests.dbt_project.facts import Facts

COMPILED_FOR = "2026-03-15"


@dataclass(frozen=True)
class Texts:
    """The model's text for a table that is not there yet, and for one to go on with."""

    whole: str
    onward: str

    def whole_for(self, day: date) -> str:
        return self.whole.replace(COMPILED_FOR, day.isoformat())

    def onward_for(self, day: date) -> str:
        return self.onward.replace(COMPILED_FOR, day.isoformat())


@pytest.fixture(scope="session")
def feature_texts(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    folder = tmp_path_factory.mktemp("compiled")
    whole = _compiled(folder)
    with duckdb.connect(str(folder / "core.duckdb")) as connection:
        connection.execute("create schema if not exists marts")
        connection.execute("create table marts.customer_features (as_of_date date, inputs_hash varchar)")
    return Texts(whole, _compiled(folder))


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    return Facts(duckdb.connect(str(tmp_path / "core.duckdb"), config={"threads": 1}))


@pytest.fixture(params=[1, 2])
def drawn(facts: Facts, request: pytest.FixtureRequest) -> Facts:
    facts.draw(request.param)
    return facts


@pytest.fixture
def features(drawn: Facts, feature_texts: Texts) -> Callable[[date, str], list[tuple]]:
    """The rows of a cutoff, by the text of a run's day, without the column that stands for the inputs."""

    def of(day: date, cutoff: str) -> list[tuple]:
        return cutoff_rows(drawn, feature_texts.whole_for(day), cutoff)

    return of


def cutoff_rows(facts: Facts, text: str, cutoff: str) -> list[tuple]:
    sql = f"select * exclude (inputs_hash) from ({text}) where as_of_date = date '{cutoff}' order by customer_id"
    return facts.rows(sql)


def _compiled(folder: Path) -> str:
    arguments = [
        *("--quiet", "compile", "--select", "customer_features", "--target", "warehouse"),
        *("--project-dir", DBT_PROJECT, "--profiles-dir", DBT_PROJECT),
        *("--target-path", folder / "target", "--log-path", folder / "logs"),
        *("--vars", json.dumps({"as_of_date": COMPILED_FOR})),
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
