"""Whoever asks why a run published nothing is shown the books of that run, and else those that are published."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration import ledger
from orchestration.books import NoBooksError, newest_books
from orchestration.lock import one_writer
from orchestration.settings import settings
from orchestration.snapshots import CORE

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)


@pytest.fixture(autouse=True)
def house(tmp_path: Path) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_DATA", str(tmp_path))
        settings.cache_clear()
        (tmp_path / "work").mkdir()
        yield tmp_path
    settings.cache_clear()


def write(path: Path, day: date) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        ledger.open_books(connection)
        ledger.begin_run(connection, "run", day)


def publish(house: Path) -> None:
    write(house / "published" / "000001-x" / CORE, FIRST)
    (house / "published" / "current.json").write_text('{"version": "000001-x"}')


def told() -> tuple[date, bool]:
    with newest_books() as books:
        return books.day, books.is_published


def test_before_any_run_there_are_none():
    with pytest.raises(NoBooksError, match="Run: crm run"), newest_books():
        pass


def test_a_run_that_published_nothing_shows_its_own_even_if_nothing_was_ever_published(house: Path):
    write(house / "work" / CORE, SECOND)
    assert told() == (SECOND, False)
    publish(house)
    assert told() == (SECOND, False)


def test_without_one_the_published_books_are_the_newest(house: Path):
    publish(house)
    assert told() == (FIRST, True)


def test_a_run_under_way_is_not_looked_at(house: Path):
    publish(house)
    write(house / "work" / CORE, SECOND)
    with one_writer(house / "work", "a run"):
        assert told() == (FIRST, True)


@pytest.mark.parametrize("left", [b"cut off", b""])
def test_what_a_killed_run_left_is_passed_over_when_it_cannot_be_read(house: Path, left: bytes):
    publish(house)
    (house / "work" / CORE).write_bytes(left)
    assert told() == (FIRST, True)


def test_looking_does_not_change_what_was_left(house: Path):
    path = house / "work" / CORE
    write(path, SECOND)
    before = path.read_bytes()
    told()
    assert path.read_bytes() == before
    assert {child.name for child in path.parent.iterdir()} <= {"LOCK", CORE}
