"""`crm link` on files as strangers bring them: any columns, any number of sources, refusals in sentences."""

import json
from pathlib import Path

import duckdb
import pytest

from orchestration.identity.arrivals import read
from orchestration.identity.contact_points import fold_birth_date
from orchestration.identity.link import NothingToLinkError, link_file

PEOPLE = """record_id,source_system,full_name,email,phone,city
1,shop,Ada Lovelace,ada@example.com,,Leeds
2,desk,"Lovelace, Ada",ADA@example.com,0113 496 0335,Leeds
3,shop,王小明,,13912345678,杭州
4,desk,Wang Xiaoming,,+86 139 1234 5678,杭州市
5,desk,nan,null,,Leeds
6,shop,Grace Hopper,grace@example.com,n/a,Bristol
"""


def linked(tmp_path: Path, text: str, suffix: str = ".csv") -> list[tuple]:
    source, target = tmp_path / "people.csv", tmp_path / f"linked{suffix}"
    source.write_text(text, encoding="utf-8")
    link_file(source, target)
    return duckdb.sql(f"select record_id, customer_id, match_probability, evidence from '{target}'").fetchall()


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_records_come_back_in_their_order_with_a_customer_and_the_evidence(tmp_path: Path, suffix: str):
    rows = linked(tmp_path, PEOPLE, suffix)
    customer = {str(row[0]): row[1] for row in rows}
    assert [str(row[0]) for row in rows] == ["1", "2", "3", "4", "5", "6"]
    assert customer["1"] == customer["2"]
    assert customer["3"] == customer["4"]
    assert len(set(customer.values())) == 4
    assert json.loads(rows[0][3])["with"] == "2"
    assert all(0 <= row[2] <= 1 for row in rows)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("record_id,gender\n1,m\n2,m\n", "nothing to match on"),
        ("record_id,email\n1,\n2,\n", "nothing to match on"),
        ("record_id,full_name\n1,Ada Li\n2,Ada Li\n", "tells a name of its records and nothing else"),
        ("record_id,given_name,family_name,gender\n1,Ada,Li,f\n2,Ada,Li,f\n", "nothing else"),
        ("record_id,city,postcode\n1,Leeds,1\n2,Leeds,1\n", "tells an address"),
        ("record_id,email\n1,a@b.com\n1,b@b.com\n", "repeat a record_id"),
        ("record_id,email\n", "nothing to match on"),
    ],
)
def test_a_file_that_tells_too_little_is_refused_with_a_sentence(tmp_path: Path, text: str, said: str):
    with pytest.raises(NothingToLinkError, match=said):
        linked(tmp_path, text)
    assert not (tmp_path / "linked.csv").exists()


def test_a_mailbox_alone_is_enough(tmp_path: Path):
    rows = linked(tmp_path, "email\nada.lovelace@example.com\nAda.Lovelace@Example.com\nbob@example.org\n")
    assert len({row[1] for row in rows}) == 2


def test_a_source_that_writes_the_month_first_is_understood_by_its_other_dates(tmp_path: Path):
    source = tmp_path / "people.csv"
    source.write_text(
        "source_system,full_name,birth_date\nus,Ada Lovelace,03/04/1990\nus,Otto Kranz,03/14/1985\n"
        "eu,Ada Lovelace,04/03/1990\neu,Otto Kranz,14.03.1985\n",
        encoding="utf-8",
    )
    with duckdb.connect() as connection:
        read(connection, source)
        written = connection.execute("select birth_date from input_records order by record_id").fetchall()
    assert [fold_birth_date(row[0]) for row in written] == ["19900304", "19850314"] * 2


def test_a_document_tells_a_birthday_and_a_number_with_a_decimal_is_the_number(tmp_path: Path):
    text = "record_id,full_name,birth_date,national_id,phone\n1,王晓明,19491231.0,,13912345678.0\n"
    rows = linked(tmp_path, text + "2,王晓明,,11010519491231002X,13912345678\n3,王晓明,19600101,,\n")
    assert rows[0][1] == rows[1][1] != rows[2][1]
    assert "equal" in rows[0][3]


def test_equal_rows_by_the_thousand_are_one_where_two_of_them_are(tmp_path: Path):
    others = "".join(f"o{n},Person{n} Family{n},p{n}@example.com\n" for n in range(50))
    rows = linked(tmp_path, "record_id,full_name,email\n" + others + "".join(
        f"c{n},Ada Lovelace,ada@example.com\n" for n in range(2000)))  # fmt: skip
    assert len(rows) == 2050
    assert len({row[1] for row in rows[50:]}) == 1
    assert len({row[1] for row in rows}) == 51


def test_a_quotation_mark_out_of_place_loses_no_row(tmp_path: Path):
    rows = linked(
        tmp_path, 'record_id,full_name,email\n1,"Ada "Countess" Lovelace",ada@example.com\n2,Bob "Bo,b@c.com\n'
    )
    assert [str(row[0]) for row in rows] == ["1", "2"]


def test_an_answer_without_a_folder_is_refused(tmp_path: Path):
    source = tmp_path / "people.csv"
    source.write_text(PEOPLE, encoding="utf-8")
    with pytest.raises(NothingToLinkError, match="no folder"):
        link_file(source, tmp_path / "nowhere" / "linked.csv")


def test_a_file_of_one_row_is_one_customer(tmp_path: Path):
    assert len(linked(tmp_path, "full_name,email\nAda Lovelace,ada@example.com\n")) == 1


def test_mailboxes_are_enough_in_a_long_file_too(tmp_path: Path):
    rows = "".join(f"m{n % 2000}@example.com\n" for n in range(3000))
    assert len({row[1] for row in linked(tmp_path, f"email\n{rows}")}) == 2000
