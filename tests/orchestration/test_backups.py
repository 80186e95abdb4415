"""A backup brings back every byte, into an empty folder only; one that is not whole brings back nothing."""

import stat
import tarfile
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.backups import BackupError, back_up, restore
from orchestration.settings import Settings
from orchestration.snapshots import CORE, MARTS, MODES, Edition, Shelf

CONFIG = {"memory_limit": "512MB", "threads": "1"}
NOW = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
BESIDE = {
    "archive/04/04aa": b"id,amount\n1,2\n",
    "audit/2026-03-01.jsonl": b"{}\n",
    "overrides/identity.csv": "decided_at\n张\n".encode(),
    "segments/big.yml": b"version: 1\n",
}
NOT_KEPT = {"inbox/retail/2026-03-01/a.csv": b"1\n", "dagster/runs.db": b"x", "work/decoded/a.csv": b"1\n"}


def shelf_of(home: Settings) -> Shelf:
    return Shelf(home.published, CONFIG)


def contents(home: Settings) -> dict[str, bytes]:
    """Every file but the lock and the backups, by its path."""
    paths = [path for path in home.data.rglob("*") if path.is_file() and path.name != "LOCK" and path.suffix != ".tar"]
    return {path.relative_to(home.data).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """A warehouse that has published twice."""
    made = Settings(data=tmp_path / "house")
    for name, content in (BESIDE | NOT_KEPT).items():
        (made.data / name).parent.mkdir(parents=True, exist_ok=True)
        (made.data / name).write_bytes(content)
    for day in (1, 2):
        shelf_of(made).take_copy(made.work)
        with duckdb.connect(str(made.work / CORE), config=CONFIG) as connection:
            connection.execute("create schema if not exists ml")
            connection.execute(f"create or replace table ml.rfm as select {day} as day from range(50)")
        edition = Edition(date(2026, 3, day), f"run-{day}", NOW, {"ml.rfm": MARTS}, {}, {})
        shelf_of(made).publish(made.work, edition)
    return made


@pytest.fixture
def empty(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "another")


@pytest.fixture
def backup(home: Settings, tmp_path: Path) -> Path:
    return back_up(home, shelf_of(home), tmp_path / "safe", NOW)


def test_a_restore_brings_back_every_byte_that_cannot_be_made_again(home: Settings, empty: Settings, backup: Path):
    version = restore(empty, shelf_of(empty), backup)
    assert version == shelf_of(home).current() == "000002-2026-03-02"
    names = [*BESIDE, *(f"published/{version}/{name}" for name in MODES)]
    before, after = contents(home), contents(empty)
    assert {name: after.get(name) for name in names} == {name: before[name] for name in names}
    assert set(after) - set(names) <= {"published/current.json", *(f"published/current/{name}" for name in MODES)}
    assert {name: stat.S_IMODE((empty.published / version / name).stat().st_mode) for name in MODES} == MODES


def test_readers_find_the_restored_version(empty: Settings, backup: Path):
    version = restore(empty, shelf_of(empty), backup)
    with duckdb.connect(str(empty.published / version / MARTS), read_only=True, config=CONFIG) as reader:
        assert reader.execute("select distinct day from ml.rfm").fetchall() == [(2,)]
    assert shelf_of(empty).take_copy(empty.work).stat().st_size > 0


def test_a_backup_is_for_its_owner_alone(backup: Path):
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert [path.name for path in backup.parent.iterdir()] == [backup.name]


def test_nothing_is_written_over(home: Settings, backup: Path):
    before = contents(home)
    with pytest.raises(BackupError, match="overwrites nothing"):
        restore(home, shelf_of(home), backup)
    assert contents(home) == before


@pytest.mark.parametrize("left", ["archive/ff/ffff", "overrides/identity.csv", "segments/mine.yml"])
def test_a_folder_that_holds_anything_of_a_warehouse_is_not_empty(empty: Settings, backup: Path, left: str):
    (empty.data / left).parent.mkdir(parents=True)
    (empty.data / left).write_text("mine")
    with pytest.raises(BackupError, match=left.partition("/")[0]):
        restore(empty, shelf_of(empty), backup)
    assert contents(empty) == {left: b"mine"}


@pytest.mark.parametrize("name", [*BESIDE, *(f"published/000002-2026-03-02/{name}" for name in MODES)])
def test_a_damaged_file_is_named_and_nothing_comes_back(empty: Settings, backup: Path, name: str):
    with tarfile.open(backup) as tar:
        place = tar.getmember(name).offset_data
    content = bytearray(backup.read_bytes())
    content[place] ^= 1
    backup.write_bytes(content)
    with pytest.raises(BackupError, match=f"damaged: {name}"):
        restore(empty, shelf_of(empty), backup)
    assert contents(empty) == {}


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9])
def test_a_backup_that_was_cut_short_brings_nothing_back(empty: Settings, backup: Path, share: float):
    content = backup.read_bytes()
    backup.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(BackupError, match="not a whole backup"):
        restore(empty, shelf_of(empty), backup)
    assert contents(empty) == {}


def test_a_backup_from_an_unknown_hand_writes_nowhere_else(empty: Settings, tmp_path: Path):
    evil = tmp_path / "evil.tar"
    with tarfile.open(evil, "w") as tar:
        tar.addfile(tarfile.TarInfo("../outside.txt"))
    with pytest.raises(BackupError, match="not a whole backup"):
        restore(empty, shelf_of(empty), evil)
    assert not (tmp_path / "outside.txt").exists()
    assert contents(empty) == {}


def test_a_warehouse_without_a_version_has_nothing_to_back_up(empty: Settings, tmp_path: Path):
    with pytest.raises(BackupError, match="crm run"):
        back_up(empty, shelf_of(empty), tmp_path / "safe", NOW)
