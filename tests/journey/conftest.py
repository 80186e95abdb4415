"""Houses on a small synthetic company."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journey.house import LAST_DAY, House


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exports of a small company and the truth about it. Nothing runs here."""
    first = tmp_path_factory.mktemp("company")
    made = House(first).crm(
        "world",
        "--people",
        "150",
        "--days",
        "200",
        "--seed",
        "3",
        "--last-day",
        LAST_DAY.isoformat(),
        "--daily-days",
        "1",
        "--out",
        str(first),
    )
    assert made.returncode == 0, made.stderr
    return first


@pytest.fixture(scope="session")
def build(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], House]:
    """A new house with the exports of the same small company in its inbox."""

    def fresh() -> House:
        folder = tmp_path_factory.mktemp("house")
        shutil.copytree(company / "inbox", folder / "inbox")
        return House(folder)

    return fresh


@pytest.fixture(scope="session")
def house(build: Callable[[], House]) -> House:
    """A house whose daily job has run once. Tests read it and do not change it."""
    made = build()
    outcome = made.installed_crm("run", "--as-of", LAST_DAY.isoformat())
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    (made.data / "told.txt").write_text(outcome.stdout + outcome.stderr)
    return made


@pytest.fixture
def lived_in(house: House, tmp_path: Path) -> House:
    """A copy of that house, for a test that goes on from there."""
    shutil.copytree(house.data, tmp_path / "house", symlinks=True)
    return House(tmp_path / "house")
