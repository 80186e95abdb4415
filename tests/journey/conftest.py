"""Houses on a small synthetic company, made once for all test processes."""

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journey.house import LAST_DAY, House

Once = Callable[[str, Callable[[House], None]], House]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Once:
    """A house as `make` leaves it, made by whichever process asks for it first; the others wait. Nobody works in it."""
    own = tmp_path_factory.getbasetemp()
    common = own if worker_id == "master" else own.parent

    def made(name: str, make: Callable[[House], None]) -> House:
        folder, done = common / name, common / f"{name}.done"
        with (common / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                make(House(folder))
                done.touch()
        return House(folder)

    return made


@pytest.fixture(scope="session")
def company(once: Once) -> Path:
    """The exports of a small company and the truth about it. Nothing runs here."""
    return once("company", write_company).data


def write_company(house: House) -> None:
    small = ("--people", "150", "--days", "200", "--seed", "3", "--daily-days", "1")
    made = house.crm("world", *small, "--last-day", LAST_DAY.isoformat(), "--out", str(house.data))
    assert made.returncode == 0, made.stderr


@pytest.fixture(scope="session")
def build(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], House]:
    """A new house with the exports of the same small company in its inbox."""

    def fresh() -> House:
        folder = tmp_path_factory.mktemp("house")
        shutil.copytree(company / "inbox", folder / "inbox")
        return House(folder)

    return fresh


@pytest.fixture(scope="session")
def house(once: Once, company: Path, tmp_path_factory: pytest.TempPathFactory) -> House:
    """A house whose daily job has run once. Tests read it and do not change it."""

    def run(new: House) -> None:
        shutil.copytree(company / "inbox", new.data / "inbox")
        outcome = new.installed_crm("run", "--as-of", LAST_DAY.isoformat())
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr
        (new.data / "told.txt").write_text(outcome.stdout + outcome.stderr)

    return copied(once("run-once", run), tmp_path_factory.mktemp("read") / "house")


@pytest.fixture
def lived_in(house: House, tmp_path: Path) -> House:
    """A copy of that house, for a test that goes on from there."""
    return copied(house, tmp_path / "house")


def copied(house: House, folder: Path) -> House:
    shutil.copytree(house.data, folder, symlinks=True)
    return House(folder)
