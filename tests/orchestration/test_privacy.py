"""The last look finds what has the shape of a personal identifier, takes nothing else for one, and repeats no cell."""

from collections.abc import Iterator
from uuid import UUID

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.privacy import findings

often = settings(max_examples=40, deadline=None)

PERSONAL = {
    "ada@example.com": "an e-mail address",
    "Ada.Lovelace+shop@mail.example.co.uk": "an e-mail address",
    "mailto:ada_1@ex-ample.com?subject=x": "an e-mail address",
    "写信给ada@example.cn吧": "an e-mail address",
    "<ADA@EXAMPLE.COM>": "an e-mail address",
    "13812345678": "a Chinese mobile number",
    "电话13812345678,找张三": "a Chinese mobile number",
    "call 19912345678.": "a Chinese mobile number",
    "+44 20 7946 0958": "an international phone number",
    "+442079460958": "an international phone number",
    "tel:+86-138-1234-5678": "an international phone number",
    "+1 415-555-0132;ext=2": "an international phone number",
    "110101199003074233": "a Chinese identity number",
    "11010119900307123X": "a Chinese identity number",
    "身份证11010119900307123x。": "a Chinese identity number",
}
HARMLESS = [
    "",
    "customer",
    "@",
    "@ada",
    "ada@localhost",
    "a @ b.com",
    "12345678901",
    "23812345678",
    "1381234567",
    "138123456789",
    "AB-13812345678-1",
    "489434",
    "C489434",
    "85123A",
    "0000000013812345678000",
    "£1,234.50",
    "138123.45678",
    "2026-03-01",
    "2024-01-23T02:21:49.000+0000",
    "2026-03-01 08:30:15+00:00",
    "2026-03-01T08:30:15.123456+08:00",
    "+1",
    "+ 5 %",
    "1+1=2",
    "10.0.0.1",
    "/shop/13/812/345/678",
    "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "13800000-1380-1380-1380-138000000000",
    "d41d8cd98f00b204e9800998ecf8427e",
    "12345678901234567890123456789012",
    "run 000003-2011-12-10",
]


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": "1"}) as connection:
        connection.execute("create schema marts")
        yield connection


def look(connection: duckdb.DuckDBPyConnection, cells: list[str | None]) -> list[str]:
    connection.execute('create or replace table marts.fct_notes ("number" integer, note varchar, "a b" varchar)')
    connection.executemany(
        "insert into marts.fct_notes values (1, ?, 'nothing')", [[cell] for cell in [*cells, None, "nothing"]]
    )
    return findings(connection, ["marts.fct_notes"])


@pytest.mark.parametrize(("cell", "shape"), PERSONAL.items())
def test_a_personal_identifier_is_found_in_whatever_it_stands(
    connection: duckdb.DuckDBPyConnection, cell: str, shape: str
):
    found = look(connection, [cell])
    assert f"marts.fct_notes.note: 1 cells with the shape of {shape}" in found
    assert not any(cell in sentence for sentence in found)


@pytest.mark.parametrize("cell", HARMLESS)
def test_a_number_a_price_a_date_or_a_key_is_not_taken_for_one(connection: duckdb.DuckDBPyConnection, cell: str):
    assert look(connection, [cell]) == []


def test_the_sentence_names_the_column_and_counts_and_never_repeats_a_cell(connection: duckdb.DuckDBPyConnection):
    cells = ["ada@example.com", "bob@example.com", "13812345678", "nothing at all"]
    assert look(connection, cells) == [
        "marts.fct_notes.note: 2 cells with the shape of an e-mail address",
        "marts.fct_notes.note: 1 cells with the shape of a Chinese mobile number",
    ]


def test_every_column_of_every_relation_is_looked_at_and_views_too(connection: duckdb.DuckDBPyConnection):
    connection.execute('create or replace table marts.one (id integer, "a b" varchar, "it\'s" varchar)')
    connection.execute("insert into marts.one values (1, 'ada@example.com', 'x')")
    connection.execute('create or replace view marts.two as select "a b" as mail from marts.one')
    connection.execute("create or replace table marts.three as select 13812345678 as number")
    connection.execute("create or replace table marts.four (mail varchar)")
    found = findings(connection, ["marts.two", "marts.one", "marts.three", "marts.four"])
    assert [sentence.partition(":")[0] for sentence in found] == ["marts.one.a b", "marts.two.mail"]


@often
@given(st.lists(st.uuids(), min_size=1, max_size=50))
def test_no_uuid_is_ever_taken_for_a_person(connection: duckdb.DuckDBPyConnection, ids: list[UUID]):
    assert look(connection, [text for one in ids for text in (str(one), one.hex, str(one).upper())]) == []


@often
@given(
    st.lists(
        st.sampled_from([16, 32, 40, 64]).flatmap(lambda n: st.text("0123456789abcdef", min_size=n, max_size=n)),
        min_size=1,
        max_size=50,
    )
)
def test_no_hash_is_ever_taken_for_a_person(connection: duckdb.DuckDBPyConnection, hashes: list[str]):
    assert look(connection, hashes) == []


@often
@given(
    st.lists(
        st.one_of(
            st.decimals(-(10**9), 10**9, places=2).map(str),
            st.dates().map(str),
            st.datetimes().map(str),
            st.integers(1, 10**10 - 1).map(str),
        ),
        min_size=1,
        max_size=50,
    )
)
def test_no_amount_date_or_short_number_is_ever_taken_for_a_person(
    connection: duckdb.DuckDBPyConnection, cells: list[str]
):
    assert look(connection, cells) == []


@often
@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.text("，。 ()/:;", max_size=3),
    st.text("，。 ()/:;", max_size=3),
)
def test_every_mobile_number_is_found_between_any_marks(
    connection: duckdb.DuckDBPyConnection, number: str, before: str, after: str
):
    assert look(connection, [before + number + after])


@pytest.mark.parametrize(("digits", "first"), [(11, 10_000_000_000), (18, 100_000_000_000_000_000)])
def test_order_numbers_that_now_and_then_look_personal_are_not_taken_for_it(connection, digits: int, first: int):
    """Numbers spread evenly over all of that length, the way platforms make them."""
    connection.execute(f"""
        create or replace table orders as
        select 'tmall|' || ({first} + (9 * {first} // 100000) * i + 7777777 * i)::varchar as order_id
        from range(100000) as r(i)
    """)
    assert connection.execute(f"select min(length(order_id)) = {digits + 6} from orders").fetchone() == (True,)
    assert findings(connection, ["orders"]) == []


@pytest.mark.parametrize("personal", ["13812345678", "110101199003074233"])
def test_a_few_personal_numbers_among_texts_are_found(connection, personal: str):
    connection.execute(f"""
        create or replace table notes as
        select case when i % 1000 = 0 then 'call {personal}' else 'order 4711 of 2026' end as note
        from range(5000) as r(i)
    """)
    assert len(findings(connection, ["notes"])) == 1
