"""The texts of the feature models as dbt compiles them, invented facts to run them on, and a folder dbt builds in."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.dbt_project import texts
from tests.dbt_project.facts import Facts


@pytest.fixture(scope="session")
def feature_texts(tmp_path_factory: pytest.TempPathFactory) -> texts.Texts:
    return texts.feature_texts(tmp_path_factory.mktemp("compiled"))


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that dbt takes for the warehouse's."""
    for name, value in {"CRM_WAREHOUSE": str(tmp_path / "core.duckdb"), "CRM_DATA": str(tmp_path)}.items():
        monkeypatch.setitem(os.environ, name, value)
    return tmp_path


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    return Facts(duckdb.connect(str(tmp_path / "core.duckdb"), config={"threads": 1}))


@pytest.fixture(params=[1, 2])
def drawn(facts: Facts, request: pytest.FixtureRequest) -> Facts:
    facts.draw(request.param)
    return facts


@pytest.fixture
def features(drawn: Facts, feature_texts: texts.Texts) -> Callable[[date, str], list[tuple]]:
    """The rows of a cutoff, by the text of a run's day."""

    def of(day: date, cutoff: str) -> list[tuple]:
        return drawn.cutoff(feature_texts.whole_for(day), cutoff)

    return of
