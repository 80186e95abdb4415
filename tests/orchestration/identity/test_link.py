"""`crm link` on files as strangers bring them: any columns, any number of sources, refusals in sentences."""

import json
from pathlib import Path

import duckdb
import pytest

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
