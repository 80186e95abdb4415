"""Looking at a file tells what a run would make of it, and leaves nothing behind."""

from contextlib import suppress
from pathlib import Path

import pytest

from orchestration.ingestion.check import UnknownExportError, look_at
from orchestration.ingestion.contracts import load_contract
from orchestration.settings import Settings

USERS = "id,name,email,role,created_at,updated_at"
GOOD = f"{USERS}\n1,Ada,ada@example.com,end-user,2026-01-01 10:00:00,2026-01-01 10:00:00\n"


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", memory_limit="1GB", threads=2)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "exports" / "users.csv"
    path.parent.mkdir()
    return path


def files_of(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def test_a_good_file_is_known_by_its_header_and_every_row_is_kept(home: Settings, export: Path):
    export.write_text(GOOD)
    found = look_at(export, None, home)
    assert found == {
        "file": "users.csv",
        "contract": "zendesk/users",
        "in_use": True,
        "encoding": "utf-8",
        "size_bytes": len(GOOD),
        "rows_read": 1,
        "rows_kept": 1,
        "rows_quarantined": 0,
        "rows_duplicate": 0,
        "adds_up": True,
        "columns_not_in_the_contract": [],
        "findings": [],
        "reasons": [],
        "refused": "",
    }


def test_a_broken_file_tells_how_many_rows_break_which_rule_where_and_never_what_they_say(home: Settings, export: Path):
    export.write_text(
        GOOD.replace("email", "email,secret").replace("ada@example.com", "ada@example.com,x")
        + "2,Bob,b,x,end-user,yesterday,2026-01-01\n"
        + "3,Cid,c,x,end-user,tomorrow,2026-01-01\n"
        + ",Dan,d,x,end-user,2026-01-01,2026-01-01\n"
        + "5,Eve\n"
        + GOOD.splitlines()[1].replace("ada@example.com", "ada@example.com,x")
    )
    found = look_at(export, None, home)
    assert (found["rows_read"], found["rows_kept"], found["rows_quarantined"], found["rows_duplicate"]) == (6, 1, 4, 1)
    assert found["adds_up"]
    assert found["columns_not_in_the_contract"] == ["secret"]
    assert found["reasons"] == [
        "timestamp in created_at: 2 rows, first in row 2",
        "required in id: 1 rows, first in row 4",
        "wrong_number_of_cells: 1 rows, first in row 5",
    ]
    assert not any(word in str(found) for word in ("Ada", "ada@", "Bob", "yesterday", "Eve"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (GOOD.encode() + b'2,"Bob\n', "Its quoting breaks near line 3"),
        (GOOD.encode() + b"2,B\xff,,,,\n", "It is not text in utf-8."),
    ],
)
def test_a_file_that_would_be_refused_whole_says_why(home: Settings, export: Path, content: bytes, reason: str):
    export.write_bytes(content)
    found = look_at(export, "zendesk/users", home)
    assert found["refused"].startswith(reason)
    assert (found["rows_kept"], found["rows_quarantined"], found["adds_up"]) == (0, 2, True)
    assert found["reasons"] == []


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("users.csv", b"a,b\n1,2\n", "No contract fits users.csv"),
        ("people.csv", GOOD.encode(), "No contract fits people.csv. Its header fits zendesk/users, but its name"),
        ("user.parquet", b"PAR1", "No contract fits user.parquet. Its first line is not the header of any known feed"),
        ("users.csv", b"All users\n\n" + GOOD.encode(), "The header of zendesk/users stands in its row 3"),
        ("users.csv", b"", "No contract fits users.csv"),
        ("users.csv", b"\x81\xff", "users.csv is not text in any encoding that a contract names."),
    ],
)
def test_a_file_that_no_contract_fits_is_told_what_was_looked_for(
    home: Settings, export: Path, name: str, content: bytes, sentence: str
):
    path = export.with_name(name)
    path.write_bytes(content)
    with pytest.raises(UnknownExportError, match=sentence):
        look_at(path, None, home)


def test_a_contract_can_be_named_and_one_that_is_not_there_is_refused_with_the_ones_that_are(
    home: Settings, export: Path
):
    path = export.with_name("whatever.txt")
    path.write_text(GOOD)
    assert look_at(path, "zendesk/users", home)["rows_kept"] == 1
    with pytest.raises(UnknownExportError, match=r"no contract zendesk/people\. There are: .*zendesk/users"):
        look_at(path, "zendesk/people", home)


@pytest.mark.parametrize("content", [GOOD.encode("utf-16"), GOOD.encode() + b'2,"', b"a,b\n"])
def test_nothing_is_left_behind_and_the_file_is_as_it_was(home: Settings, export: Path, tmp_path: Path, content: bytes):
    export.write_bytes(content)
    with suppress(UnknownExportError):
        look_at(export, None, home)
    assert files_of(tmp_path) == {export}
    assert list((tmp_path / "data").glob("*/*")) == []
    assert export.read_bytes() == content


def test_an_unknown_file_gets_a_draft_that_is_a_contract_and_fits_it(home: Settings, export: Path, tmp_path: Path):
    path = export.with_name("visits_20260301.csv")
    text = "visitNo;Customer Name;手机号;Visited At;Score;Paid;Remark\nV1;Ada;154;2026-01-02 10:00;4;1.50;ok\n"
    path.write_bytes((text + "V2;Bob;155;2026-01-03 10:00;5;2;ok\nV3;").encode("gb18030"))
    with pytest.raises(UnknownExportError) as unknown:
        look_at(path, None, home)
    draft = tmp_path / "my_system" / "visits_20260301.yml"
    draft.parent.mkdir()
    draft.write_text(unknown.value.draft, encoding="utf-8")
    contract = load_contract(draft)
    assert contract.files[0].delimiter == ";"
    assert contract.key == ("visit_no",)
    assert contract.files[0].encodings == ("gb18030",)
    assert contract.missing(text.split("\n")[0].split(";")) == []
    assert {column.name: (column.type, column.pii) for column in contract.columns} == {
        "visit_no": ("text", "none"),
        "customer_name": ("text", "direct"),
        "column_3": ("integer", "direct"),
        "visited_at": ("timestamp", "none"),
        "score": ("integer", "none"),
        "paid": ("decimal", "none"),
        "remark": ("text", "none"),
    }
    assert not any(word in unknown.value.draft for word in ("Ada", "Bob", "154"))


@pytest.mark.parametrize("content", [b"\x89PNG\x00\x01" * 9, b"one column\n1\n", b""])
def test_what_is_no_table_gets_no_draft(home: Settings, export: Path, content: bytes):
    path = export.with_name("things.csv")
    path.write_bytes(content)
    with pytest.raises(UnknownExportError) as unknown:
        look_at(path, None, home)
    assert unknown.value.draft == ""
