"""The short way of a large clean file comes to what the long way comes to, or to nothing and leaves the file to it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orchestration.ingestion import plain, receive
from orchestration.ingestion.contract_model import Cells, Contract
from tests.orchestration.ingestion.intake import DAY, Intake, contract_of, csv_text, intake_for

often = settings(max_examples=12, deadline=None)
LONG_FILE_ROWS = 300_000
HEADER = ("id", "made_at", "price", "phone", "note")
CLEAN = ("2026-01-02 03:04:05", "12.50", "13800000000", "a note, with\u4e2d")
CELLS = st.tuples(
    st.sampled_from([str(number) for number in range(40)]),
    st.sampled_from([CLEAN[0], CLEAN[0], CLEAN[0], "2/1/2026 3:04"]),
    st.sampled_from([CLEAN[1], CLEAN[1], "", "1,000.00", "much"]),
    st.sampled_from([CLEAN[2], CLEAN[2], CLEAN[2], "138****0000"]),
    st.sampled_from([CLEAN[3], CLEAN[3], "two\nlines", " blank ", "\x1f", "N/A"]),
)
ROWS = st.one_of(
    st.lists(st.integers(0, 99).map(lambda number: (str(number), *CLEAN)), unique=True, max_size=8),
    st.lists(CELLS, max_size=6),
)


def things(file_format: str = "csv") -> Contract:
    contract = contract_of(
        {"name": "id", "required": True, "identifier": True},
        {"name": "made_at", "type": "timestamp"},
        {"name": "price", "type": "decimal"},
        {"name": "phone", "masked": True, "pii": "direct"},
        "note",
        key=["id"],
        format=file_format,
        pattern="*",
    )
    return contract.model_copy(update={"cells": Cells(clean=True)})


@contextmanager
def way(worth_bytes: int) -> Iterator[None]:
    """Files of so many bytes and more are tried the short way, whatever comes after their first row."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain, "WORTH_BYTES", worth_bytes)
        patch.setattr(plain, "TRIED_ROWS", 1)
        yield


@pytest.fixture(scope="module")
def shop() -> Iterator[Intake]:
    with intake_for(things()) as intake:
        yield intake


@pytest.fixture(scope="module")
def web() -> Iterator[Intake]:
    with intake_for(things("ndjson")) as intake:
        yield intake


def by_both_ways(intake: Intake, *files: str) -> list[dict[str, Any]]:
    """Everything in the warehouse after these files of two days, by the short way where it can be and by the long."""
    found = []
    for worth_bytes in (0, 1 << 40):
        intake.forget()
        with way(worth_bytes):
            for place, text in enumerate(files):
                intake.deliver(text, DAY + timedelta(days=place // 2), name=f"things-{place}.csv")
        found.append(intake.everything())
    return found


@often
@given(st.lists(ROWS, min_size=1, max_size=3), st.sampled_from(["", "ragged\n", '"open\n', ",,,,\n"]))
@example([[("1", *CLEAN), ("2", *CLEAN)], [("2", *CLEAN)]], "")
@example([[("1", *CLEAN), ("1", *CLEAN)]], "")
@example([[("1", *CLEAN), ("2", *CLEAN[:3], "two\nlines")]], "")
@example([[("1", *CLEAN), HEADER, ("2", *CLEAN)]], "")
def test_both_ways_come_to_the_same_rows_numbers_hashes_and_books(shop: Intake, files: list[list[Any]], end: str):
    short, long = by_both_ways(shop, *(csv_text(HEADER, rows) + end for rows in files))
    assert short == long


@settings(often, max_examples=8)
@given(st.lists(ROWS, min_size=1, max_size=2), st.sampled_from(["", "\n", "no JSON\n", "{}\n"]))
def test_lines_of_json_come_to_the_same_by_both_ways(web: Intake, files: list[list[Any]], end: str):
    texts = ["".join(json.dumps(dict(zip(HEADER, row, strict=True))) + "\n" for row in rows) + end for rows in files]
    short, long = by_both_ways(web, *texts)
    assert short == long


def clean_rows(count: int) -> list[tuple[str, ...]]:
    return [(str(number), *CLEAN) for number in range(count)]


def test_a_clean_file_needs_no_second_look_and_its_rows_are_numbered_in_the_order_of_the_file(
    shop: Intake, monkeypatch: pytest.MonkeyPatch
):
    """The first file is read by several hands at once: it is longer than what one of them takes at a time."""
    shop.forget()
    monkeypatch.delattr(receive, "read")
    shop.connection.execute("set threads = 2")
    with way(0):
        for name, rows in (("a.csv", LONG_FILE_ROWS), ("b.csv", 9_000)):
            shop.deliver(csv_text(HEADER, [(name + cells[0], *cells[1:]) for cells in clean_rows(rows)]), name=name)
    numbers = shop.all(
        "select count(*), count(distinct _row_number), min(_row_number), max(_row_number) from raw_shop.things"
    )
    shop.connection.execute("set threads = 1")
    rows = LONG_FILE_ROWS + 9_000
    assert numbers == [(rows, rows, 1, rows)]
    is_second = f"_row_number > {LONG_FILE_ROWS}"
    place = f"if({is_second}, 'b.csv' || (_row_number - {LONG_FILE_ROWS + 1}), 'a.csv' || (_row_number - 1))"
    assert shop.all(f"select count(*) from raw_shop.things where id <> {place}") == [(0,)]


@pytest.mark.parametrize("last", [("8999", *CLEAN), ("9000", *CLEAN[:2], "138****0000", "")], ids=["known", "masked"])
def test_one_row_at_the_end_that_is_not_plain_sends_the_whole_file_the_long_way(shop: Intake, last: tuple[str, ...]):
    short, long = by_both_ways(shop, csv_text(HEADER, [*clean_rows(9_000), last]))
    assert short == long


def test_a_full_delivery_that_is_too_small_is_held_back_by_the_short_way_too():
    delivery = things().delivery.model_copy(update={"kind": "full"})
    with intake_for(things().model_copy(update={"delivery": delivery})) as intake, way(0):
        intake.deliver(csv_text(HEADER, clean_rows(10)))
        intake.deliver(csv_text(HEADER, [("99", *CLEAN)]), DAY + timedelta(days=1))
        assert intake.all("select status from ops.deliveries order by delivery_date") == [("loaded",), ("held",)]
        assert intake.all("select count(*) from raw_shop.things") == [(10,)]


def test_a_reader_that_passes_over_rows_is_found_out_by_the_bytes(shop: Intake, monkeypatch: pytest.MonkeyPatch):
    shop.forget()
    records = plain._records
    monkeypatch.setattr(plain, "_records", lambda source: f"select * from ({records(source)}) limit 8999")
    with way(0):
        received = shop.deliver(csv_text(HEADER, clean_rows(9_000)))
    assert (received.rows_read, received.rows_loaded) == (9_000, 9_000)
    assert shop.all("select count(*) from raw_shop.things") == [(9_000,)]


def test_what_a_killed_run_brought_in_and_did_not_load_is_taken_away_by_the_next(
    shop: Intake, monkeypatch: pytest.MonkeyPatch
):
    text = csv_text(HEADER, clean_rows(100))
    _, whole = by_both_ways(shop, text)
    shop.forget()
    with way(0):
        with monkeypatch.context() as patch:
            patch.setattr(receive, "load_plain", killed)
            with pytest.raises(KeyboardInterrupt):
                shop.deliver(text, name="things-0.csv")
        assert shop.all("select count(*), count(_row_number) from raw_shop.things") == [(100, 0)]
        shop.deliver(text, name="things-0.csv")
    assert shop.everything() == whole


def killed(*_: object) -> None:
    raise KeyboardInterrupt
