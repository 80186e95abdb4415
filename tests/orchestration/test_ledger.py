"""The books say how fresh each feed is, number the runs, and never lose what stands in them."""

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration import ledger
from orchestration.ingestion.load import create_raw_table
from tests.orchestration.ingestion.intake import DAY, Intake, contract_of, intake_for

often = settings(max_examples=15, deadline=None)
STALE_AFTER = 3


@pytest.fixture(scope="module")
def whole_module_intake() -> Iterator[Intake]:
    with intake_for(contract_of("id")) as intake:
        yield intake


@pytest.fixture
def intake(whole_module_intake: Intake) -> Intake:
    whole_module_intake.forget()
    return whole_module_intake


def feed_on(intake: Intake, day: date) -> tuple[date | None, int, str]:
    create_raw_table(intake.connection, intake.contract)
    frame = ledger.refresh_feeds(intake.connection, [intake.contract], day)
    assert len(frame) == 1
    ((last, rows, status, as_of_date),) = intake.all(
        "select last_delivery_date, row_count, status, as_of_date from ops.feeds"
    )
    assert as_of_date == day
    return last, rows, status


@often
@given(st.lists(st.integers(0, 12), max_size=4), st.integers(0, 12))
def test_a_feed_is_fresh_stale_or_missing_by_its_last_delivery_up_to_the_day(
    whole_module_intake: Intake, delivered: list[int], today: int
):
    intake = whole_module_intake
    intake.forget()
    for number, place in enumerate(delivered):
        intake.deliver(f"id\n{number}\n", DAY + timedelta(days=place), name=f"{number}.csv")
    known = [place for place in delivered if place <= today]
    last, rows, status = feed_on(intake, DAY + timedelta(days=today))
    assert rows == len(known)
    if not known:
        assert (last, status) == (None, "missing")
    else:
        assert last == DAY + timedelta(days=max(known))
        assert status == ("fresh" if today - max(known) <= STALE_AFTER else "stale")


def test_a_file_that_was_refused_whole_does_not_make_a_feed_fresh(intake: Intake):
    intake.deliver("id\n1\n", DAY)
    intake.deliver('id\n"1\n', DAY + timedelta(days=4))
    assert feed_on(intake, DAY + timedelta(days=4)) == (DAY, 1, "stale")


def test_feeds_are_written_anew_and_not_added_to(intake: Intake):
    intake.deliver("id\n1\n")
    for day in (DAY, DAY + timedelta(days=9), DAY):
        found = feed_on(intake, day)
    assert found == (DAY, 1, "fresh")


def test_opening_the_books_again_changes_nothing(intake: Intake):
    intake.deliver("id\n1\n2\n2\n")
    before = intake.everything()
    ledger.open_books(intake.connection)
    assert intake.everything() == before
    assert set(ledger.TABLES) <= set(before)


def test_the_newest_run_has_the_highest_number_whatever_day_it_speaks_for():
    with duckdb.connect() as connection:
        ledger.open_books(connection)
        for run_id, day in (("b", date(2026, 3, 1)), ("a", date(2026, 1, 1)), ("c", date(2026, 2, 1))):
            ledger.begin_run(connection, run_id, day)
        assert connection.execute("select run_id from ops.runs order by run_number").fetchall() == [
            ("b",),
            ("a",),
            ("c",),
        ]
        assert connection.execute("select max_by(as_of_date, run_number) from ops.runs").fetchone() == (
            date(2026, 2, 1),
        )


def test_a_file_is_known_by_its_day_its_name_and_every_content_it_came_with(intake: Intake):
    intake.deliver("id\n1\n", name="a.csv")
    intake.deliver("id\n2\n", name="a.csv")
    intake.deliver('id\n"1\n', name="b.csv")
    known = ledger.known_deliveries(intake.connection, intake.contract)
    assert {place: len(hashes) for place, hashes in known.items()} == {(DAY, "a.csv"): 2, (DAY, "b.csv"): 1}
    other = intake.contract.model_copy(update={"feed": "others"})
    assert ledger.known_deliveries(intake.connection, other) == {}


def test_what_is_published_of_the_books_holds_no_rows_as_they_came():
    assert set(ledger.PUBLISHED) <= set(ledger.TABLES)
    assert "ops.quarantine" not in ledger.PUBLISHED
    for table in ledger.PUBLISHED:
        columns = ledger.TABLES[table]
        assert not any(f"{column} varchar" in columns for column in ("original", "path")), table


def test_noting_nothing_notes_nothing(intake: Intake):
    ledger.note(intake.connection, "ops.deliveries", [])
    assert intake.all("from ops.deliveries") == []
