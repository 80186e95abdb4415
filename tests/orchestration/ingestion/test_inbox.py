"""Every file of the inbox is either an export that a contract knows, or it is told why it is not."""

import os
import random
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.ingestion.contracts import Contract
from orchestration.ingestion.inbox import InboxFile, scan
from tests.orchestration.ingestion.intake import contract_of

briefly = settings(max_examples=25, deadline=None)

AS_OF = date(2026, 3, 1)
THINGS = contract_of({"name": "id", "required": True}, {"name": "price", "required": True}, "colour")
PEOPLE = contract_of(
    {"name": "id", "required": True}, {"name": "name", "required": True}, pattern="people*.csv"
).model_copy(update={"system": "crm", "feed": "people"})
CONTRACTS = [PEOPLE, THINGS]
GOOD = b"id,price,colour\n1,2.50,red\n"


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    return tmp_path / "inbox"


def put(inbox: Path, place: str, content: bytes = GOOD) -> Path:
    path = inbox / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def only(inbox: Path, contracts: list[Contract] = CONTRACTS) -> InboxFile:
    (file,) = scan(inbox, contracts, AS_OF)
    return file


def test_an_export_is_matched_to_its_contract_its_system_and_its_day(inbox: Path):
    path = put(inbox, "shop/2026-02-28/things.csv")
    assert only(inbox) == InboxFile(path, "shop", date(2026, 2, 28), len(GOOD), THINGS, "")


@pytest.mark.parametrize(
    ("place", "content", "reason"),
    [
        ("till/2026-02-28/things.csv", GOOD, "No contract is known for a system called till."),
        ("shop/2026-02-28/empty.csv", b"", "It is empty."),
        ("shop/2026-02-28/blank.csv", b" \r\n\n", "It is empty."),
        ("shop/2026-02-28/mark.csv", b"\xff\xfe", "Its first line is not the header of any known feed."),
        ("shop/2026-02-28/photo.csv", b"\x89PNG\r\n\x1a\n\x00\xff", "It is not text in any encoding"),
        ("shop/2026-02-28/pin.csv", b"id,colour\n1,red\n", "It looks like shop/things, but lacks the column price."),
        ("shop/2026-02-28/bare.csv", b"colour\nred\n", "It looks like shop/things, but lacks the column id, price."),
        ("shop/2026-02-28/list.csv", b"1,2.50,red\n2,3.00,blue\n", "Its first line is not the header"),
        ("shop/2026-02-28/quote.csv", b'id,"price\n1,2\n', "It looks like shop/things, but lacks the column price."),
        ("shop/2026-02-28/things.txt", GOOD, "Its header fits shop/things, but its name does not fit *.csv."),
        (
            "shop/2026-02-28/title.csv",
            b"Things\n\n" + GOOD,
            "The header of shop/things stands in its row 3. Delete what",
        ),
        ("shop/2026-02-28/semicolon.csv", GOOD.replace(b",", b";"), "Its first line is not the header"),
    ],
)
def test_a_file_that_fits_no_contract_is_told_why(inbox: Path, place: str, content: bytes, reason: str):
    path = put(inbox, place, content)
    file = only(inbox)
    assert file.contract is None
    assert file.reason.startswith(reason)
    assert (file.path, file.size) == (path, len(content))


@pytest.mark.parametrize(
    "place",
    [
        "things.csv",
        "shop/things.csv",
        "shop/2026-02-28/more/things.csv",
        "shop/2026-02-30/things.csv",
        "shop/2026-2-28/things.csv",
        "shop/20260228/things.csv",
        "shop/2026-W09-6/things.csv",
        "shop/yesterday/things.csv",
        "2026-02-28/shop/things.csv",
    ],
)
def test_a_file_that_lies_in_the_wrong_place_is_told_the_right_one(inbox: Path, place: str):
    put(inbox, place)
    file = only(inbox)
    assert (file.contract, file.reason) == (None, "It does not lie in <system>/<YYYY-MM-DD>/.")


def test_the_cells_of_a_file_never_stand_in_the_reason(inbox: Path):
    put(inbox, "shop/2026-02-28/people.csv", b"ada@example.com,13800001111\nbob@example.com,2\n")
    put(inbox, "shop/2026-02-28/short.csv", b"id,colour,ada@example.com\n1,red,x\n")
    for file in scan(inbox, CONTRACTS, AS_OF):
        assert file.reason
        assert "ada" not in file.reason


def test_a_link_is_not_followed(inbox: Path, tmp_path: Path):
    real = put(tmp_path, "elsewhere/things.csv")
    for place, target in {
        "shop/2026-02-28/linked.csv": real,
        "shop/2026-02-27": real.parent,
        "shop/2026-02-28/dangling.csv": tmp_path / "nowhere",
    }.items():
        (inbox / place).parent.mkdir(parents=True, exist_ok=True)
        (inbox / place).symlink_to(target)
    files = scan(inbox, CONTRACTS, AS_OF)
    assert [file.name for file in files] == ["2026-02-27", "dangling.csv", "linked.csv"]
    assert {file.reason for file in files} == {"It is a link; the inbox takes only files."}
    assert all(file.contract is None for file in files)


def test_a_name_that_is_not_utf8_is_escaped_and_told_why_it_is_not_loaded(inbox: Path):
    name = "商品.csv".encode("gbk")
    put(inbox, "shop/2026-02-28/other.csv")
    with open(os.fsencode(inbox / "shop" / "2026-02-28") + b"/" + name, "wb") as file:
        file.write(GOOD)
    escaped, other = sorted(scan(inbox, CONTRACTS, AS_OF), key=lambda file: file.contract is not None)
    assert other.contract is THINGS
    assert (escaped.contract, escaped.reason) == (None, "Its name is not written in UTF-8; rename it.")
    escaped.name.encode("utf-8")
    assert escaped.name.endswith(".csv")


def test_hidden_files_are_not_exports(inbox: Path):
    for place in (".DS_Store", "shop/2026-02-28/.things.csv.part", "shop/.trash/2026-02-28/things.csv", ".git/a/b.csv"):
        put(inbox, place)
    assert scan(inbox, CONTRACTS, AS_OF) == []


def test_an_empty_inbox_holds_nothing(inbox: Path):
    (inbox / "shop" / "2026-02-28").mkdir(parents=True)
    assert scan(inbox, CONTRACTS, AS_OF) == []


def test_a_contract_of_another_system_does_not_take_the_file(inbox: Path):
    put(inbox, "crm/2026-02-28/things.csv")
    file = only(inbox)
    assert file.contract is None
    assert "crm/people" in file.reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_header_is_read_in_the_encodings_that_the_contract_names(inbox: Path, encoding: str):
    contract = contract_of({"name": "price", "headers": ["Größe"]}, encodings=["utf-16-le", "cp1252"])
    put(inbox, "shop/2026-02-28/things.csv", "Größe\nklein\n".encode(encoding))
    assert only(inbox, [contract]).contract is contract


def test_a_character_cut_in_two_at_the_end_of_the_head_is_no_fault(inbox: Path):
    for shift in range(3):
        rows = "x" * shift + "中" * (256 * 1024 // 3 + 10)
        put(inbox, "shop/2026-02-28/things.csv", f"id,price\n{rows}\n".encode())
        assert only(inbox).contract is THINGS


@briefly
@given(st.lists(st.dates(date(2026, 2, 20), date(2026, 3, 10)), unique=True, max_size=5))
def test_deliveries_after_the_day_are_left_for_later(tmp_path_factory: pytest.TempPathFactory, days: list[date]):
    inbox = tmp_path_factory.mktemp("inbox")
    for day in days:
        put(inbox, f"shop/{day}/things.csv")
        put(inbox, f"shop/{day}/strange.bin", b"\xff")
    found = scan(inbox, CONTRACTS, AS_OF)
    assert {file.delivery_date for file in found} == {day for day in days if day <= AS_OF}
    assert len(found) == 2 * sum(day <= AS_OF for day in days)


@briefly
@given(st.randoms(use_true_random=False))
def test_files_come_by_day_then_system_then_name_whatever_the_disk_says(
    tmp_path_factory: pytest.TempPathFactory, dice: random.Random
):
    inbox = tmp_path_factory.mktemp("inbox")
    right = [
        ("2026-02-01", "crm", "people_2.csv"),
        ("2026-02-01", "shop", "a.csv"),
        ("2026-02-01", "shop", "b.csv"),
        ("2026-02-02", "crm", "people_1.csv"),
        ("2026-02-02", "shop", "a.csv"),
    ]
    for day, system, name in dice.sample(right, len(right)):
        put(inbox, f"{system}/{day}/{name}", b"id,name\n1,x\n" if system == "crm" else GOOD)
    contracts = dice.sample(CONTRACTS, len(CONTRACTS))
    found = scan(inbox, contracts, AS_OF)
    assert [(str(file.delivery_date), file.system, file.name) for file in found] == right
    assert all(file.contract is not None for file in found)
