"""What was set aside can be had back, corrections take the place of what they correct, no feed shrinks unnoticed."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orchestration.ingestion.contracts import Contract
from orchestration.ingestion.inbox import InboxFile
from orchestration.ingestion.quarantine import show, waiting
from orchestration.ingestion.receive import Received, Yard, receive
from tests.orchestration.ingestion.intake import DAY, Intake, contract_of, intake_for

briefly = settings(max_examples=6, deadline=None)


def changed(contract: Contract, **parts: Any) -> Contract:
    return Contract.model_validate(contract.model_dump() | parts)


def with_delivery(contract: Contract, **delivery: Any) -> Contract:
    return changed(contract, delivery=contract.delivery.model_dump() | delivery)


def run_again(intake: Intake, *accepted: str) -> Received:
    """A run that finds nothing new in the inbox."""
    yard = Yard(intake.folder / "archive", intake.folder / "decoded", "run-2", DAY, frozenset(accepted))
    return receive(intake.connection, intake.contract, [], yard)


@contextmanager
def priced() -> Iterator[Intake]:
    with intake_for(contract_of("id", {"name": "price", "type": "decimal"}, key=["id"])) as intake:
        yield intake


def test_what_is_set_aside_is_listed_by_file_and_rule_and_shown_as_it_came():
    with priced() as intake:
        intake.deliver('id,price\n1,2\n2,"1,5"\n3,x\n4\n', name="a.csv")
        intake.deliver('id,price\n1,"2\n', name="b.csv", day=DAY + timedelta(days=1))
        listed = [(one.file_name, one.rule, one.column, one.rows, one.first_row) for one in waiting(intake.connection)]
        assert listed == [
            ("b.csv", "file", None, 1, None),
            ("a.csv", "decimal", "price", 2, 2),
            ("a.csv", "wrong_number_of_cells", None, 1, 4),
        ]
        file_id = waiting(intake.connection)[1].file_id
        shown = [(one.row_number, one.original) for one in show(intake.connection, file_id, 2)]
        assert shown == [(2, '{"id":"2","price":"1,5"}'), (3, '{"id":"3","price":"x"}')]


def test_a_mended_contract_lets_in_what_was_set_aside_and_the_books_still_add_up():
    with priced() as intake:
        intake.deliver("id,price\n1,2\n2,¥3\n", name="a.csv")
        intake.deliver("id,price\n1,9\n", name="b.csv", day=DAY + timedelta(days=1))
        assert run_again(intake).files == 0
        intake.contract = changed(intake.contract, cells={"clean": True})
        assert run_again(intake).is_balanced
        assert intake.rows() == [("1", "2"), ("2", "3"), ("1", "9")]
        assert intake.quarantine() == []
        books = "select file_name, rows_read, rows_loaded, rows_quarantined, is_balanced from ops.row_conservation"
        assert intake.all(f"{books} order by all") == [("a.csv", 2, 2, 0, True), ("b.csv", 1, 1, 0, True)]
        assert run_again(intake).files == 0


def test_a_file_refused_for_its_encoding_is_let_in_once_the_contract_names_it():
    with intake_for(contract_of("name")) as intake:
        intake.deliver("name\nGröße\nnaïve\n".encode("cp1252"))
        assert intake.rows() == []
        intake.contract = changed(
            intake.contract, files=[{"pattern": "*.csv", "format": "csv", "encodings": ["cp1252"]}]
        )
        run_again(intake)
        assert intake.rows() == [("Größe",), ("naïve",)]
        assert intake.all("select status, encoding from ops.deliveries") == [("loaded", "cp1252")]


def test_a_mended_file_of_the_same_name_is_taken_in_beside_what_it_mends():
    with priced() as intake:
        intake.deliver("id,price\n1,2\n2,x\n")
        intake.deliver("id,price\n1,2\n2,3\n")
        books = "select rows_loaded, rows_quarantined, rows_duplicate from ops.row_conservation order by all"
        assert intake.all(books) == [(1, 0, 1), (1, 1, 0)]
        assert intake.rows() == [("1", "2"), ("2", "3")]


def test_a_corrected_delivery_takes_the_place_of_the_one_it_corrects_and_both_stay():
    with intake_for(with_delivery(contract_of("id", "colour"), correction="delivery")) as intake:
        intake.deliver("id,colour\n1,red\n2,blue\n")
        intake.deliver("id,colour\n3,green\n", name="other.csv")
        intake.deliver("id,colour\n1,red\n2,black\n")
        standing = "select id, colour from raw_shop.things where _superseded_by is null order by all"
        assert intake.all(standing) == [("1", "red"), ("2", "black"), ("3", "green")]
        assert len(intake.rows()) == 5
        assert intake.all("select bool_and(is_balanced), count(*) from ops.row_conservation") == [(True, 3)]
        before = intake.all("select * from raw_shop.things order by all")
        intake.deliver("id,colour\n9,old\n", day=DAY - timedelta(days=1))
        assert intake.all(f"select * from raw_shop.things where _delivery_date = '{DAY}' order by all") == before


ACCOUNTS = with_delivery(contract_of("id", key=["id"]), kind="full")


def export(rows: int) -> str:
    return "id\n" + "".join(f"{number}\n" for number in range(rows))


def test_a_full_export_of_under_half_of_the_usual_rows_is_held_back_until_somebody_accepts_it():
    with intake_for(ACCOUNTS) as intake:
        for number, usual in enumerate((10, 9, 10)):
            intake.deliver(export(usual), DAY + timedelta(days=number))
        held = intake.deliver("id\n1\nnew\n", DAY + timedelta(days=3))
        assert (held.rows_loaded, held.rows_quarantined, held.is_balanced) == (0, 2, True)
        last = "select status, reason from ops.deliveries order by delivery_date desc limit 1"
        ((status, reason),) = intake.all(last)
        assert status == "held"
        assert "2 rows where 10 are usual" in reason
        assert run_again(intake).files == 0
        accepted = run_again(intake, "shop/things")
        assert (accepted.files, accepted.rows_loaded, accepted.rows_duplicate) == (1, 1, 1)
        assert intake.all(last) == [("loaded", "")]


@pytest.mark.parametrize(("rows", "status"), [(0, "held"), (4, "held"), (5, "loaded"), (30, "loaded")])
def test_half_of_the_usual_rows_is_enough(rows: int, status: str):
    with intake_for(ACCOUNTS) as intake:
        intake.deliver(export(10), DAY)
        intake.deliver(export(rows), DAY + timedelta(days=1))
        assert intake.all("select status from ops.deliveries order by delivery_date desc limit 1") == [(status,)]


def test_what_was_accepted_stays_accepted_when_a_late_delivery_has_it_read_again():
    with intake_for(ACCOUNTS) as intake:
        intake.deliver(export(10), DAY)
        intake.deliver(export(2), DAY + timedelta(days=2))
        run_again(intake, "shop/things")
        intake.deliver(export(10), DAY + timedelta(days=1), name="late.csv")
        assert intake.all("select distinct status from ops.deliveries") == [("loaded",)]


def test_a_feed_of_news_may_be_as_small_as_it_likes():
    with intake_for(with_delivery(ACCOUNTS, kind="delta")) as intake:
        intake.deliver(export(10), DAY)
        assert intake.deliver("id\n99\n", DAY + timedelta(days=1)).rows_loaded == 1


def test_each_delivery_of_a_full_feed_without_a_key_stands_for_itself():
    with intake_for(with_delivery(contract_of("id"), kind="full")) as intake:
        for number in range(2):
            received = intake.deliver("id\n1\n1\n2\n", DAY + timedelta(days=number))
            assert (received.rows_loaded, received.rows_duplicate) == (2, 1)


CELLS = st.sampled_from(["1", "2", "x", "1.5"])
FILES = st.lists(st.lists(st.tuples(CELLS, CELLS), max_size=3), min_size=2, max_size=4)
KINDS = {
    "keyless": contract_of("id", {"name": "price", "type": "decimal"}),
    "keyed": contract_of("id", {"name": "price", "type": "decimal"}, key=["id"]),
    "full": with_delivery(contract_of("id", {"name": "price", "type": "decimal"}, key=["id"]), kind="full"),
    "lines": changed(contract_of("id", {"name": "price", "type": "decimal"}, key=["id"]), grain={"kind": "repeated"}),
}


@pytest.mark.parametrize("kind", KINDS)
@briefly
@given(files=FILES, dice=st.randoms(use_true_random=False))
@example(files=[[("1", "1")], [("1", "2")], [("1", "1"), ("x", "x")]], dice=random.Random(1))
def test_deliveries_in_any_order_and_any_number_of_times_give_the_tables_of_one_pass(
    kind: str, files: list[list[tuple[str, str]]], dice: random.Random
):
    texts = ["id,price\n" + "".join(f"{a},{b}\n" for a, b in rows) for rows in files]
    tables = []
    for order in (range(len(files)), dice.choices(range(len(files)), k=2) + dice.sample(range(len(files)), len(files))):
        with intake_for(KINDS[kind]) as intake:
            for number in order:
                intake.deliver(texts[number], DAY + timedelta(days=number), name=f"{number}.csv")
            everything = intake.everything()
            everything.pop("ops.accepted_volumes")
            tables.append(everything)
            assert intake.all("select bool_and(is_balanced) from ops.row_conservation") == [(True,)]
    assert tables[1] == tables[0]


def test_a_known_file_is_not_opened_again(monkeypatch: pytest.MonkeyPatch):
    with priced() as intake:
        intake.deliver("id,price\n1,2\n")

        def fail(*_: object) -> None:
            raise AssertionError("it was opened")

        monkeypatch.setattr("orchestration.ingestion.receive.arrive", fail)
        path = intake.folder / "inbox" / "shop" / str(DAY) / "things.csv"
        file = InboxFile(path, "shop", DAY, 1, intake.contract, "")
        yard = Yard(intake.folder / "archive", intake.folder / "decoded", "run-2", DAY)
        assert receive(intake.connection, intake.contract, [file], yard).files == 0
