"""Readers always find a whole version, whatever befalls the writer; one can go back, and old ones are cleared away."""

import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from orchestration import snapshots
from orchestration.snapshots import CORE, KEPT_VERSIONS, MARTS, MODES, PEOPLE, Edition, Shelf, SnapshotError

CONFIG = {"memory_limit": "512MB", "threads": "1"}
RELATIONS = {
    "marts.customer_360": MARTS,
    "marts.fct_orders": MARTS,
    "ml.rfm": MARTS,
    "ops.feeds": MARTS,
    "marts.dim_customers": PEOPLE,
}
EDITION = Edition(
    as_of_date=date(2026, 3, 1),
    run_id="run-7",
    published_at=datetime(2026, 3, 1, 8, 30, 15, 123456, UTC),
    relations=RELATIONS,
    checks={"passed": 12, "failed": 1},
    model_gates={"rfm": "passed"},
)


class FailedStepError(Exception):
    """The writer ends here."""


class Disk(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "published", CONFIG)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def write_core(work: Path, generation: int, rows: int = 40) -> None:
    """A finished working copy that says of which generation it is."""
    with duckdb.connect(str(work / CORE), config=CONFIG) as connection:
        connection.execute("create schema if not exists raw_retail")
        for relation in [*RELATIONS, "raw_retail.order_lines"]:
            connection.execute(f"create schema if not exists {relation.partition('.')[0]}")
            connection.execute(f"""
                create or replace table {relation} as
                select {generation} as generation, i as number, sha256(i::varchar || '{relation}') as customer_id
                from range({rows}) as numbers (i)
            """)


def publish(shelf: Shelf, work: Path, generation: int) -> str:
    shelf.take_copy(work)
    write_core(work, generation)
    return shelf.publish(work, EDITION)


def generation_shown(shelf: Shelf) -> int:
    """What a reader finds who follows the pointer; a version that is not whole is an error."""
    version = shelf.current()
    assert version is not None
    folder = shelf.root / version
    assert {path.name for path in folder.iterdir()} == set(MODES)
    assert shelf.manifest(version)["version"] == version
    shown = set()
    for file in (CORE, MARTS, PEOPLE):
        with duckdb.connect(config=CONFIG) as reader:
            reader.execute(f"attach '{folder / file}' as shown (read_only)")
            tables = reader.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = 'shown'"
            ).fetchall()
            assert tables
            for schema, table in tables:
                shown |= set(reader.execute(f"select distinct generation from shown.{schema}.{table}").fetchall())
    ((generation,),) = shown
    return generation


def test_a_version_is_four_files_that_only_its_readers_may_read(shelf: Shelf, work: Path):
    version = publish(shelf, work, 1)
    assert version == "000001-2026-03-01"
    folder = shelf.root / version
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {
        CORE: 0o400,
        PEOPLE: 0o400,
        MARTS: 0o444,
        "manifest.json": 0o444,
    }
    assert generation_shown(shelf) == 1
    assert list(work.iterdir()) == []


def test_the_pointer_and_the_link_show_the_newest_version(shelf: Shelf, work: Path):
    for generation in (1, 2):
        version = publish(shelf, work, generation)
        assert json.loads((shelf.root / "current.json").read_text()) == {"version": version}
        assert (shelf.root / "current").resolve() == (shelf.root / version).resolve()
        assert os.readlink(shelf.root / "current") == version
        assert shelf.current() == version
    assert not list(shelf.root.glob("*draft*"))


def test_each_file_holds_exactly_its_tables(shelf: Shelf, work: Path):
    folder = shelf.root / publish(shelf, work, 1)
    for file, tables in {
        MARTS: {"main.customer_360", "main.fct_orders", "ml.rfm", "ops.feeds"},
        PEOPLE: {"marts.dim_customers"},
        CORE: {*RELATIONS, "raw_retail.order_lines"},
    }.items():
        with duckdb.connect(str(folder / file), read_only=True, config=CONFIG) as reader:
            found = reader.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        assert {name for (name,) in found} == tables


def test_the_manifest_says_what_was_published(shelf: Shelf, work: Path):
    version = publish(shelf, work, 1)
    manifest = shelf.manifest(version)
    tables = manifest.pop("tables")
    files = manifest.pop("files")
    assert manifest == {
        "version": version,
        "as_of_date": "2026-03-01",
        "published_at": "2026-03-01T08:30:15+00:00",
        "run_id": "run-7",
        "checks": {"passed": 12, "failed": 1},
        "model_gates": {"rfm": "passed"},
    }
    assert {relation: (table["rows"], table["file"]) for relation, table in tables.items()} == {
        relation: (40, file) for relation, file in RELATIONS.items()
    }
    assert list(tables) == sorted(tables)
    assert set(files) == {CORE, MARTS, PEOPLE}


def test_a_content_hash_knows_the_rows_and_not_their_order(shelf: Shelf, work: Path):
    def hashes(rows: str) -> dict[str, str]:
        shelf.take_copy(work)
        write_core(work, 1)
        with duckdb.connect(str(work / CORE), config=CONFIG) as connection:
            connection.execute(f"create or replace table ml.rfm as from (values {rows}) as rows (id, score)")
        tables = shelf.manifest(shelf.publish(work, EDITION))["tables"]
        return {relation: table["content_hash"] for relation, table in tables.items()}

    first = hashes("('a', 1), ('b', null), ('b', null)")
    assert hashes("('b', null), ('a', 1), ('b', null)") == first
    for other in (
        "('a', 1), ('b', null)",
        "('a', 1), ('a', 1), ('b', null)",
        "('a', null), ('b', 1), ('b', null)",
        "('a', 1), ('b', 0), ('b', 0)",
    ):
        changed = hashes(other)
        assert changed.pop("ml.rfm") != first["ml.rfm"]
        assert changed.items() <= first.items()


@pytest.mark.parametrize(
    "address",
    [
        "marts.customer_360",
        "customer_360",
        "main.customer_360",
        "ml.rfm",
        "rfm",
        "ops.feeds",
        "feeds",
        "marts.fct_orders",
    ],
)
def test_a_table_has_the_address_in_the_published_file_that_it_has_in_the_warehouse(
    shelf: Shelf, work: Path, address: str
):
    folder = shelf.root / publish(shelf, work, 1)
    with duckdb.connect(str(folder / MARTS), read_only=True, config=CONFIG) as reader:
        reader.execute("set search_path = 'main,ml,ops'")
        assert reader.execute(f"select count(*) from {address}").fetchone() == (40,)


def test_a_reader_who_is_reading_a_version_goes_on_reading_it(shelf: Shelf, work: Path):
    folder = shelf.root / publish(shelf, work, 1)
    with duckdb.connect(str(folder / MARTS), read_only=True, config=CONFIG) as reader:
        for generation in (2, 3):
            publish(shelf, work, generation)
            assert reader.execute("select distinct generation from customer_360").fetchall() == [(1,)]
    assert generation_shown(shelf) == 3


def test_an_empty_edition_and_an_empty_table_are_published_too(shelf: Shelf, work: Path):
    write_core(work, 1, rows=0)
    version = shelf.publish(work, EDITION)
    assert {table["rows"] for table in shelf.manifest(version)["tables"].values()} == {0}


STEPS = [
    (os, "replace"),
    (os, "fsync"),
    (Path, "mkdir"),
    (Path, "write_text"),
    (Path, "chmod"),
    (Path, "symlink_to"),
    (shutil, "rmtree"),
    (snapshots.duckdb, "connect"),
]


@contextmanager
def watched(at_each_step: Callable[[str], None]) -> Iterator[None]:
    """Calls back after each thing that publishing asks of the disk."""

    def wrapped(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            result = step(*arguments, **named)
            at_each_step(name)
            return result

        return call

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in STEPS:
            patch.setattr(owner, name, wrapped(name, getattr(owner, name)))
        yield


def prepared(folder: Path) -> tuple[Shelf, Path]:
    """A full shelf, so that publishing clears one away, with a finished working copy of the next generation."""
    shelf, work = Shelf(folder / "published", CONFIG), folder / "work"
    work.mkdir(parents=True)
    for generation in range(1, KEPT_VERSIONS + 1):
        publish(shelf, work, generation)
    shelf.take_copy(work)
    write_core(work, KEPT_VERSIONS + 1)
    return shelf, work


def twin(template: Path, folder: Path) -> Path:
    """The same shelf and working copy over again; published files, which never change, are shared."""
    shutil.copytree(template / "published", folder / "published", symlinks=True, copy_function=os.link)
    shutil.copytree(template / "work", folder / "work")
    return folder


def test_wherever_the_writer_ends_readers_find_a_whole_version_and_the_next_run_publishes(tmp_path: Path):
    old, new, next_one = KEPT_VERSIONS, KEPT_VERSIONS + 1, KEPT_VERSIONS + 2
    template = tmp_path / "template"
    shelf, _ = prepared(template)
    steps: list[str] = []
    rehearsal = twin(template, tmp_path / "rehearsal")
    with watched(steps.append):
        Shelf(rehearsal / "published", CONFIG).publish(rehearsal / "work", EDITION)
    moved = [place for place, step in enumerate(steps) if step == "replace"][-1]
    assert set(steps) == {name for _, name in STEPS}

    for place in range(len(steps)):
        folder = twin(template, tmp_path / f"ends-{place}")
        shelf, work = Shelf(folder / "published", CONFIG), folder / "work"
        countdown = iter(range(place, -1, -1))

        def end(step: str, countdown: Iterator[int] = countdown) -> None:
            if next(countdown) == 0:
                raise FailedStepError(step)

        with watched(end), pytest.raises(FailedStepError):
            shelf.publish(work, EDITION)
        assert generation_shown(shelf) == (old if place < moved else new), steps[place]
        assert {path.name for path in (shelf.root / "current").iterdir()} == set(MODES)
        standing = {path.name for path in shelf.root.glob("0*")}
        version = publish(shelf, work, next_one)
        assert version not in standing
        assert version > max(standing)
        assert generation_shown(shelf) == next_one
        shutil.rmtree(folder)


def test_a_version_whose_removal_was_cut_short_is_no_version_any_more(
    shelf: Shelf, work: Path, monkeypatch: pytest.MonkeyPatch
):
    for generation in range(1, KEPT_VERSIONS + 1):
        publish(shelf, work, generation)

    def cut_short(folder: Path, *_: Any, **__: Any) -> None:
        (folder / CORE).unlink()
        raise FailedStepError

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", cut_short)
        with pytest.raises(FailedStepError):
            shelf.prune(keep=2)
    for version in shelf.versions():
        assert {path.name for path in (shelf.root / version).iterdir()} == set(MODES)


def test_the_five_newest_versions_are_kept(shelf: Shelf, work: Path):
    published = [publish(shelf, work, generation) for generation in range(1, KEPT_VERSIONS + 4)]
    assert shelf.versions() == published[-5:]
    assert published == sorted(published)
    assert generation_shown(shelf) == KEPT_VERSIONS + 3


def test_the_version_that_readers_see_is_never_cleared_away(shelf: Shelf, work: Path):
    published = [publish(shelf, work, generation) for generation in range(1, 5)]
    shelf.rollback(published[0])
    shelf.prune(keep=2)
    assert shelf.versions() == [published[0], *published[-2:]]
    assert generation_shown(shelf) == 1


def test_going_back_shows_the_version_before_and_the_next_run_builds_on_it(shelf: Shelf, work: Path):
    first, second, third = (publish(shelf, work, generation) for generation in (1, 2, 3))
    assert shelf.rollback() == second
    assert generation_shown(shelf) == 2
    assert shelf.rollback() == first
    assert os.readlink(shelf.root / "current") == first
    shelf.take_copy(work)
    with duckdb.connect(str(work / CORE), config=CONFIG) as copy:
        assert copy.execute("select distinct generation from raw_retail.order_lines").fetchall() == [(1,)]
    fourth = publish(shelf, work, 4)
    assert fourth > third
    assert shelf.current() == fourth


def test_one_can_go_to_any_version_by_name_the_later_ones_too(shelf: Shelf, work: Path):
    first, second = (publish(shelf, work, generation) for generation in (1, 2))
    for version, generation in ((first, 1), (second, 2)):
        assert shelf.rollback(version) == version
        assert generation_shown(shelf) == generation


def test_a_version_that_is_not_there_is_refused_with_those_that_are(shelf: Shelf, work: Path):
    with pytest.raises(SnapshotError, match=r"no version 000009-2026-01-01\. There are: none"):
        shelf.rollback("000009-2026-01-01")
    version = publish(shelf, work, 1)
    for name in ("000009-2026-01-01", "", "../work", "current"):
        with pytest.raises(SnapshotError, match=f"There are: {version}"):
            shelf.rollback(name)
    assert shelf.current() == version


def test_before_the_first_version_there_is_none_to_go_back_to(shelf: Shelf, work: Path):
    assert shelf.current() is None
    for _ in range(2):
        with pytest.raises(SnapshotError, match="no earlier version"):
            shelf.rollback()
        publish(shelf, work, 1)
        shelf.rollback(shelf.versions()[0])


def test_a_copy_is_the_published_warehouse_and_may_be_written(shelf: Shelf, work: Path):
    assert shelf.take_copy(work) == work / CORE
    assert not (work / CORE).exists()
    publish(shelf, work, 1)
    copy = shelf.take_copy(work)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    write_core(work, 2)
    assert generation_shown(shelf) == 1


def test_what_a_dead_run_left_is_cleared_away_and_the_lock_stays(shelf: Shelf, work: Path):
    (work / "LOCK").write_text("who held it")
    (work / CORE).write_bytes(b"torn")
    (work / f"{CORE}.wal").write_bytes(b"torn")
    (work / "000001-2026-03-01").mkdir()
    (work / "000001-2026-03-01" / MARTS).write_bytes(b"torn")
    (work / "decoded" / "deep").mkdir(parents=True)
    shelf.take_copy(work)
    assert [path.name for path in work.iterdir()] == ["LOCK"]
    assert (work / "LOCK").read_text() == "who held it"
    assert publish(shelf, work, 1) == "000001-2026-03-01"


def test_too_little_room_is_said_before_anything_is_copied(shelf: Shelf, work: Path, monkeypatch: pytest.MonkeyPatch):
    version = publish(shelf, work, 1)
    size = (shelf.root / version / CORE).stat().st_size
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(0, 0, size))
    with pytest.raises(SnapshotError, match=r"needs about .* GB of free disk under .*Make room and run again"):
        shelf.take_copy(work)
    assert list(work.iterdir()) == []
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(0, 0, 10 * size))
    assert shelf.take_copy(work).exists()


def flip(path: Path, place: float) -> None:
    """Turn the bits of a few bytes, at a share of the file's length behind its headers."""
    headers = 3 * 4096
    mode = path.stat().st_mode
    path.chmod(0o600)
    with path.open("r+b") as file:
        offset = headers + int(place * (path.stat().st_size - headers - 64))
        file.seek(offset)
        turned = bytes(byte ^ 0xFF for byte in file.read(64))
        file.seek(offset)
        file.write(turned)
    path.chmod(mode)


def fingerprint(path: Path, relation: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(config=CONFIG) as reader:
        reader.execute(f"attach '{path}' as shown (read_only)")
        return reader.execute(f"select count(*), sum(hash(t)) from shown.{relation} as t").fetchall()


@pytest.mark.parametrize("victim", ["the working copy", "the core after the cut", "the marts", "the people"])
def test_damage_is_found_before_publishing_or_it_does_not_matter(
    shelf: Shelf, work: Path, monkeypatch: pytest.MonkeyPatch, victim: str
):
    published = publish(shelf, work, 1)
    shelf.take_copy(work)
    write_core(work, 2, rows=3000)
    with duckdb.connect(str(work / CORE), config=CONFIG) as connection:
        connection.execute("""
            create or replace table raw_retail.order_lines as
            select 2 as generation, i as number, sha256(i::varchar) as customer_id from range(60000) as numbers (i)
        """)
    sound = work.with_name("sound.duckdb")
    shutil.copyfile(work / CORE, sound)
    whole = {relation: fingerprint(sound, relation) for relation in [*RELATIONS, "raw_retail.order_lines"]}
    verify = Shelf._verify
    found = 0
    for place in (0.0, 0.13, 0.26, 0.4, 0.55, 0.7, 0.85, 1.0):
        shelf.take_copy(work)
        shutil.copyfile(sound, work / CORE)

        def damage(self: Shelf, draft: Path, edition: Edition, place: float = place) -> Any:
            names = {"the core after the cut": CORE, "the marts": MARTS, "the people": PEOPLE}
            if victim in names:
                flip(draft / names[victim], place)
            return verify(self, draft, edition)

        monkeypatch.setattr(Shelf, "_verify", damage)
        if victim == "the working copy":
            flip(work / CORE, place)
        try:
            version = shelf.publish(work, EDITION)
        except (SnapshotError, duckdb.Error):
            found += 1
            assert shelf.current() == published
            assert generation_shown(shelf) == 1
            continue
        assert {relation: fingerprint(shelf.root / version / CORE, relation) for relation in whole} == whole
        assert fingerprint(shelf.root / version / MARTS, "main.customer_360") == whole["marts.customer_360"]
        assert fingerprint(shelf.root / version / PEOPLE, "marts.dim_customers") == whole["marts.dim_customers"]
        shelf.rollback(published)
    assert found


def test_a_cut_that_lost_a_row_is_found(shelf: Shelf, work: Path, monkeypatch: pytest.MonkeyPatch):
    cut = Shelf._cut

    def lose_a_row(self: Shelf, core: Path, target: Path, relations: list[str]) -> None:
        cut(self, core, target, relations)
        if target.name == MARTS:
            with duckdb.connect(config=CONFIG) as thief:
                thief.execute(f"attach '{target}' as shown")
                thief.execute("delete from shown.ml.rfm where number = 7")

    monkeypatch.setattr(Shelf, "_cut", lose_a_row)
    write_core(work, 1)
    with pytest.raises(SnapshotError, match=r"marts\.duckdb does not hold what the warehouse holds in ml\.rfm"):
        shelf.publish(work, EDITION)
    assert shelf.current() is None


def test_a_relation_that_is_not_there_publishes_nothing(shelf: Shelf, work: Path):
    version = publish(shelf, work, 1)
    shelf.take_copy(work)
    with duckdb.connect(str(work / CORE), config=CONFIG) as connection:
        connection.execute("drop table ml.rfm")
    with pytest.raises((SnapshotError, duckdb.Error)):
        shelf.publish(work, EDITION)
    assert shelf.current() == version


def test_a_view_is_published_as_the_rows_it_shows(shelf: Shelf, work: Path):
    write_core(work, 1)
    with duckdb.connect(str(work / CORE), config=CONFIG) as connection:
        connection.execute("drop table ml.rfm; create view ml.rfm as select * from marts.fct_orders where number < 7")
    version = shelf.publish(work, EDITION)
    assert shelf.manifest(version)["tables"]["ml.rfm"]["rows"] == 7
