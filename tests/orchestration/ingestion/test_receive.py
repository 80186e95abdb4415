"""Deliveries come again, overlap, change and change back; each counts once, and the books say what became of it."""

import itertools
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orchestration import ledger
from orchestration.ingestion import receive as receiving
from tests.orchestration.ingestion.intake import DAY, Intake, contract_of, csv_text, intake_for

often = settings(max_examples=12, deadline=None)

SMALL_ROWS = st.lists(st.tuples(st.sampled_from("123"), st.sampled_from("AB")), max_size=6)
DELIVERIES = st.lists(SMALL_ROWS, min_size=1, max_size=4)


@pytest.fixture(scope="module")
def keyless_for_all() -> Iterator[Intake]:
    with intake_for(contract_of("id", "colour")) as intake:
        yield intake


@pytest.fixture(scope="module")
def keyed_for_all() -> Iterator[Intake]:
    with intake_for(contract_of("id", "colour", key=["id"])) as intake:
        yield intake


@pytest.fixture
def keyless(keyless_for_all: Intake) -> Intake:
    keyless_for_all.forget()
    return keyless_for_all


@pytest.fixture
def keyed(keyed_for_all: Intake) -> Intake:
    keyed_for_all.forget()
    return keyed_for_all


def export(rows: list[tuple[str, str]]) -> str:
    return csv_text(["id", "colour"], rows)


def newest(intake: Intake) -> dict[str, str]:
    """What staging takes for true: the version of each key that was delivered last."""
    return dict(
        intake.all("select id, arg_max(colour, (_delivery_date, _row_number)) from raw_shop.things group by id")
    )


@often
@given(DELIVERIES)
def test_overlapping_deliveries_leave_every_distinct_row_once(
    keyless_for_all: Intake, deliveries: list[list[tuple[str, str]]]
):
    keyless_for_all.forget()
    seen: set[tuple[str, str]] = set()
    for number, rows in enumerate(deliveries):
        received = keyless_for_all.deliver(export(rows), DAY + timedelta(days=number))
        new = set(rows) - seen
        assert (received.rows_loaded, received.rows_duplicate) == (len(new), len(rows) - len(new))
        seen |= new
    assert sorted(keyless_for_all.rows()) == sorted(seen)


@often
@given(DELIVERIES)
@example([[("1", "A")], [("1", "B")], [("1", "A")]])
@example([[("1", "A"), ("1", "B"), ("1", "B"), ("1", "A")]])
def test_a_keyed_record_is_loaded_whenever_it_differs_from_its_version_before(
    keyed_for_all: Intake, deliveries: list[list[tuple[str, str]]]
):
    keyed_for_all.forget()
    standing: dict[str, str] = {}
    versions = []
    for number, rows in enumerate(deliveries):
        changed = []
        for key, colour in rows:
            if standing.get(key) != colour:
                changed.append((key, colour))
            standing[key] = colour
        received = keyed_for_all.deliver(export(rows), DAY + timedelta(days=number))
        assert (received.rows_loaded, received.rows_duplicate) == (len(changed), len(rows) - len(changed))
        versions += changed
    assert keyed_for_all.rows() == versions
    assert newest(keyed_for_all) == standing


@pytest.mark.parametrize("key", [[], ["id"]], ids=["keyless", "keyed"])
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=lambda order: "".join(map(str, order)))
def test_in_whatever_order_deliveries_are_found_the_table_comes_out_the_same(order: tuple[int, ...], key: list[str]):
    exports = [[("1", "A"), ("2", "A")], [("1", "B"), ("2", "A")], [("1", "A"), ("3", "A")]]
    where_from = "select id, colour, _delivery_date, _row_number from raw_shop.things order by all"
    tables = []
    for sequence in (range(3), order):
        with intake_for(contract_of("id", "colour", key=key)) as intake:
            for number in sequence:
                intake.deliver(export(exports[number]), DAY + timedelta(days=number), name=f"{number}.csv")
            tables.append(intake.all(where_from))
            assert intake.all("select bool_and(is_balanced), count(*) from ops.row_conservation") == [(True, 3)]
    assert tables[1] == tables[0]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=lambda order: "".join(map(str, order)))
def test_a_keyed_record_is_what_the_newest_delivery_says_in_whatever_order_deliveries_are_found(
    keyed: Intake, order: tuple[int, ...]
):
    colours = ["A", "B", "A"]
    for number in order:
        keyed.deliver(export([("1", colours[number])]), DAY + timedelta(days=number))
    assert newest(keyed) == {"1": "A"}


@often
@given(SMALL_ROWS)
def test_the_same_file_again_changes_nothing(keyless_for_all: Intake, rows: list[tuple[str, str]]):
    keyless_for_all.forget()
    first = keyless_for_all.deliver(export(rows) + "ragged\n")
    before = keyless_for_all.everything()
    again = keyless_for_all.deliver(export(rows) + "ragged\n", run_id="run-2")
    assert (first.files, again.files) == (1, 0)
    assert again.is_balanced
    assert keyless_for_all.everything() == before


def test_a_file_that_was_refused_whole_is_not_read_again(keyless: Intake):
    keyless.deliver('id,colour\n1,"red\n')
    before = keyless.everything()
    keyless.deliver('id,colour\n1,"red\n')
    assert keyless.everything() == before


def test_a_file_that_came_again_with_other_content_under_its_name_is_taken_in(keyless: Intake):
    keyless.deliver(export([("1", "A"), ("2", "A")]))
    keyless.deliver(export([("1", "A"), ("2", "B")]))
    books = "select rows_loaded, rows_duplicate from ops.row_conservation order by all"
    assert keyless.all(books) == [(1, 1), (2, 0)]
    assert len(keyless.all("from ops.deliveries")) == 2


def test_a_corrected_export_of_the_same_day_is_believed_over_the_one_before(keyed: Intake):
    keyed.deliver(export([("2", "A"), ("1", "A")]))
    keyed.deliver(export([("1", "B"), ("2", "A")]))
    assert newest(keyed) == {"1": "B", "2": "A"}


def test_the_same_content_on_another_day_is_another_delivery_of_duplicates(keyless: Intake):
    keyless.deliver(export([("1", "A")]))
    received = keyless.deliver(export([("1", "A")]), DAY + timedelta(days=1))
    assert (received.files, received.rows_loaded, received.rows_duplicate) == (1, 0, 1)


@pytest.mark.parametrize("key", [[], ["id"]], ids=["keyless", "keyed"])
def test_one_content_under_two_names_of_one_day_adds_up_for_both(key: list[str]):
    with intake_for(contract_of("id", {"name": "price", "type": "decimal"}, key=key)) as intake:
        for name in ("things.csv", "things (1).csv"):
            received = intake.deliver("id,price\n1,2\n2,ten\n", name=name)
            assert received.is_balanced
        assert intake.rows() == [("1", "2")]
        assert intake.all("select rows_loaded, rows_quarantined, rows_duplicate from ops.row_conservation") == [
            (1, 1, 0),
            (0, 1, 1),
        ]


def test_several_files_are_summed_up_and_one_that_is_refused_does_not_hold_up_the_others(keyless: Intake):
    keyless.deliver(export([("1", "A")]), name="a.csv")
    keyless.deliver('id,colour\n"2,A\n', name="b.csv")
    received = keyless.deliver(export([("3", "A")]), name="c.csv")
    assert received.is_balanced
    assert [row[0] for row in keyless.rows()] == ["1", "3"]
    assert keyless.all("select file_name, status from ops.deliveries order by all") == [
        ("a.csv", "loaded"),
        ("b.csv", "quarantined"),
        ("c.csv", "loaded"),
    ]


def test_the_books_say_what_came_and_what_became_of_it(keyless: Intake):
    content = "id,colour,price\n1,A,9\n1,A,9\n2\n".encode("utf-8-sig")
    keyless.deliver(content, run_id="run-7")
    ((file_id, sha256),) = keyless.all("select file_id, sha256 from ops.deliveries")
    assert keyless.all("from ops.deliveries") == [
        (
            *(file_id, sha256, "shop", "things", "orders", DAY, "things.csv", len(content)),
            *("utf-8-sig", "loaded", "", "price", DAY, keyless.contract.fingerprint),
        )
    ]
    assert keyless.all("from ops.row_conservation") == [
        (file_id, "shop", "things", "orders", DAY, "things.csv", 3, 1, 1, 1, True, "run-7")
    ]


def test_a_feed_that_was_never_delivered_has_an_empty_table(keyless: Intake):
    yard = receiving.Yard(keyless.folder / "archive", keyless.folder / "decoded", "run-1", DAY)
    received = receiving.receive(keyless.connection, keyless.contract, [], yard)
    assert (received.files, received.is_balanced) == (0, True)
    assert keyless.rows() == []


@pytest.mark.parametrize("body", ["1,A\n", "1,A\nragged\n", '1,"A\n'])
def test_a_file_that_cannot_be_entered_in_the_books_leaves_no_row_and_is_taken_in_the_next_time(
    keyless: Intake, monkeypatch: pytest.MonkeyPatch, body: str
):
    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "note", fail)
        with pytest.raises(OSError, match="disk is full"):
            keyless.deliver("id,colour\n" + body)
    assert keyless.rows() == []
    assert keyless.quarantine() == []
    assert keyless.deliver("id,colour\n" + body).files == 1


def test_no_book_but_the_quarantine_holds_anything_that_stood_in_a_row():
    mark = "ada@example.com"
    price = {"name": "price", "type": "decimal"}
    with intake_for(contract_of({"name": "id", "required": True}, price)) as intake:
        intake.deliver(f"id,price,mail\n{mark},1,{mark}\n1,{mark},{mark}\n{mark}\n{mark}\x00,1,1\n", name="rows.csv")
        intake.deliver(f'id,price\n1,"{mark}\n', name="quote.csv")
        intake.deliver(f"id,price\n1,{mark}\xff\n".encode("latin-1"), name="bytes.csv")
        tables = {name: rows for name, rows in intake.everything().items() if name.startswith("ops.")}
        quarantine = tables.pop("ops.quarantine")
        assert mark in str(quarantine)
        assert mark not in str(tables)
        reasons = {reason for _, _, _, _, _, reason, _ in quarantine}
        assert mark not in str(reasons)


def test_a_required_cell_must_hold_something():
    with intake_for(contract_of({"name": "id", "required": True}, "colour")) as intake:
        received = intake.deliver("id,colour\n1,A\n,B\n  ,C\n")
        assert intake.rows() == [("1", "A")]
        assert intake.quarantine() == [(2, "required", "id"), (3, "required", "id")]
        assert received.is_balanced


def test_a_row_is_quarantined_once_for_the_first_rule_that_it_breaks():
    columns = [{"name": name, "type": "integer", "required": True} for name in ("a", "b")]
    with intake_for(contract_of(*columns)) as intake:
        received = intake.deliver("a,b\nx,\n1,y\n")
        assert intake.quarantine() == [(1, "integer", "a"), (2, "integer", "b")]
        assert (received.rows_quarantined, received.is_balanced) == (2, True)


def test_a_broken_version_of_a_record_does_not_stand_between_its_whole_ones():
    with intake_for(contract_of("id", {"name": "price", "type": "decimal"}, key=["id"])) as intake:
        received = intake.deliver("id,price\n1,2\n1,ten\n1,2\n")
        assert (received.rows_loaded, received.rows_quarantined, received.rows_duplicate) == (1, 1, 1)


def test_every_archived_file_is_on_the_disk_when_its_delivery_is_received(
    keyed: Intake, monkeypatch: pytest.MonkeyPatch
):
    """Which bytes a power cut would spare cannot be seen here; that the disk was asked for them can."""
    asked, fsync = set(), os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (asked.add(os.fstat(handle).st_ino), fsync(handle)))
    keyed.deliver(csv_text(("id", "colour"), [("1", "ultramarine")]))
    ((sha256,),) = keyed.all("select sha256 from ops.deliveries")
    assert (keyed.folder / "archive" / sha256[:2] / sha256).stat().st_ino in asked


def test_a_small_delivery_takes_the_memory_of_what_it_brings_however_much_stands(tmp_path: Path):
    limits = {"threads": "1", "memory_limit": "100MB", "temp_directory": ""}
    with duckdb.connect(str(tmp_path / "core.duckdb"), config=limits) as connection:
        ledger.open_books(connection)
        intake = Intake(tmp_path, contract_of("id", "price", key=["id"]), connection)
        intake.deliver("id,price\n1,2\n")
        columns = "_as_arrived, _delivery_date, _file_id"
        connection.execute(f"""
            insert into raw_shop.things by name
            select 'standing ' || i as id, {columns}, md5(id) as _row_hash, i as _row_number
            from raw_shop.things as first, range(2, 1500000) as t(i)
        """)
        taken = intake.deliver("id,price\n1,2\n1,3\n1,3\nstanding 7,4\n", day=DAY + timedelta(days=1))
        assert (taken.rows_read, taken.rows_loaded, taken.rows_duplicate) == (4, 2, 2)
