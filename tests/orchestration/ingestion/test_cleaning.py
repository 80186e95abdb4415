"""Cells in every spelling of spreadsheets and people mean what the plain Python of `twins.py` says they mean."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import duckdb
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from orchestration.ingestion import cleaning
from orchestration.ingestion.contracts import Contract
from tests.orchestration.ingestion import twins
from tests.orchestration.ingestion.intake import contract_of

often = settings(max_examples=25, deadline=None)
NULL_WORDS = ("-", "--", "——", "N/A", "#N/A", "NULL", "null")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
AROUND = "'=\"\t \u00a0\u3000\u200b\ufeff\u200e-"
INSIDE = "0127aZ中é'+=@, \t\u200b"
CELLS = st.builds(
    "{}{}{}".format,
    st.text(AROUND, max_size=3),
    st.one_of(st.text(INSIDE, max_size=6), st.sampled_from(NULL_WORDS)),
    st.text(AROUND, max_size=3),
)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": "1"}) as connection:
        connection.execute("set timezone = 'UTC'")
        yield connection


def contract_for(kind: str, zone: str = "UTC", **column: object) -> Contract:
    made = contract_of({"name": "a", "type": kind, **column}).model_dump()
    return Contract.model_validate(made | {"cells": {"clean": True}, "time_zone": zone})


def cleaned(
    connection: duckdb.DuckDBPyConnection, contract: Contract, cells: list[str], day_first: bool | None = None
) -> list[str | None]:
    """The cells in canonical spelling, by the four steps that a file goes through."""
    column, reading = contract.columns[0], cleaning.Reading(contract, day_first)
    connection.execute("create or replace temp table cells (number integer, a varchar)")
    connection.executemany("insert into cells values (?, ?)", list(enumerate(cells)))
    rows = f"select *, {cleaning.bare(column, 'a', reading)} as bare from cells"
    rows = f"select *, {cleaning.value(column, 'bare', reading)} as said from ({rows})"
    rows = f"select *, {cleaning.parts(column, 'said', reading)} as found from ({rows})"
    last = cleaning.canonical(column, "said", "found", reading)
    asked = cleaning.needs_cleaning(column, reading)
    found = connection.execute(f"select a, {last}, coalesce({asked}, false) from ({rows}) order by number").fetchall()
    # A cell that changes must have been asked for, or a file without others would be loaded as it is.
    assert [(before, after) for before, after, is_needed in found if before != after and not is_needed] == []
    return [after for _, after, _ in found]


@often
@given(cells=st.lists(CELLS, min_size=1, max_size=20))
@example(cells=["'t Hooft", '="007"', "'007", "''7", '=""', '="', "\u3000N/A\t", "'-", "-1"])
def test_text_loses_its_guards_blanks_and_null_words_and_nothing_else(
    connection: duckdb.DuckDBPyConnection, cells: list[str]
):
    assert cleaned(connection, contract_for("text"), cells) == [twins.text(cell, NULL_WORDS) for cell in cells]


@often
@given(cells=st.lists(CELLS, min_size=1, max_size=20))
def test_a_cell_that_is_clean_stays_as_it_is(connection: duckdb.DuckDBPyConnection, cells: list[str]):
    once = cleaned(connection, contract_for("text"), cells)
    # A guard inside a guard is text that somebody wrote: '' 7 loses one apostrophe a time.
    clean = [cell for cell in once if cell is not None and cell[0] not in "'=" and cell not in NULL_WORDS]
    assert not clean or cleaned(connection, contract_for("text"), clean) == clean


MONEY = st.builds(
    "{}{}{}{}{}".format,
    st.sampled_from(["", "-", "+", "(", "$", "¥ ", "USD ", "usd", "-$", "HK$", "Rs."]),
    st.sampled_from(["", "$", "€"]),
    st.one_of(
        st.decimals(0, 10**9, places=2).map("{:,}".format),
        st.decimals(0, 10**9, places=2).map(str),
        st.integers(0, 10**7).map("{:,}".format).map(lambda text: text.replace(",", " ")),
        st.text("0123456789.,-", max_size=7),
        st.integers(0, 999).map(
            lambda number: str(number).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        ),
    ),
    st.sampled_from(["", "元", " 元", "%", "万", "CNY", " yuan", "-"]),
    st.sampled_from(["", ")"]),
)


@often
@given(cells=st.lists(MONEY, min_size=1, max_size=20))
@example(cells=["1,234.50", "1,5", "1,23,456", "0元", "(3.00)", "3.00-", "-(3)", "3.5万", "1 234", "1,234 567", "$-5"])
def test_an_amount_means_one_number_or_is_left_as_it_is(connection: duckdb.DuckDBPyConnection, cells: list[str]):
    cells = [cell for cell in cells if twins.text(cell, NULL_WORDS) == cell]
    assume(cells)
    for cell, found in zip(cells, cleaned(connection, contract_for("decimal"), cells), strict=True):
        expected = twins.amount(cell)
        if expected is None:
            assert found == cell
        else:
            assert found is not None
            assert Decimal(found) == expected


@pytest.mark.parametrize("cell", ["1,5", "1.234,50", "1,23,456", "3.5万", "12%", "1e3", "ten", "1 2", "1,2345", "--1"])
def test_an_amount_that_can_be_read_in_two_ways_is_left_for_the_rules_to_refuse(
    connection: duckdb.DuckDBPyConnection, cell: str
):
    assert cleaned(connection, contract_for("decimal"), [cell]) == [cell]


SPELLINGS = {
    "%Y-%m-%d %H:%M:%S": None,
    "%Y/%m/%d %H:%M:%S": None,
    "%Y.%m.%d %H:%M:%S": None,
    "%Y-%m-%dT%H:%M:%S": None,
    "%Y年%m月%d日 %H:%M:%S": None,
    "%Y%m%d %H:%M:%S": None,
    "%Y-%m-%d %I:%M:%S %p": None,
    "%d/%m/%Y %H:%M:%S": True,
    "%d.%m.%Y %H:%M:%S": True,
    "%m/%d/%Y %I:%M:%S %p": False,
    "%m-%d-%Y %H:%M:%S": False,
}
OFFSETS = {"": None, "Z": 0, " UTC": 0, "+0000": 0, "+08:00": 480, " -0400": -240, "+0530": 330}


@often
@given(
    moment=st.integers(0, 2**31).map(lambda seconds: datetime(1995, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)),
    spelling=st.sampled_from(sorted(SPELLINGS)),
    offset=st.sampled_from(sorted(OFFSETS)),
    zone=st.sampled_from(["UTC", "Asia/Shanghai", "Asia/Kolkata"]),
)
def test_a_time_in_any_spelling_is_one_moment_in_utc(
    connection: duckdb.DuckDBPyConnection, moment: datetime, spelling: str, offset: str, zone: str
):
    contract, moment = contract_for("timestamp", zone), moment.replace(tzinfo=None)
    (found,) = cleaned(connection, contract, [moment.strftime(spelling) + offset], SPELLINGS[spelling])
    assert found is not None
    told = connection.execute("select cast(? as timestamp)", [found]).fetchone()
    assert told == (twins.to_utc(moment, zone, OFFSETS[offset]),)


@often
@given(day=st.dates(date(1900, 1, 1), date(2099, 12, 31)), spelling=st.sampled_from(sorted(SPELLINGS)))
def test_a_day_is_the_day_on_the_calendar_of_whoever_wrote_it(
    connection: duckdb.DuckDBPyConnection, day: date, spelling: str
):
    pattern = spelling.split(" ")[0].split("T")[0]
    (found,) = cleaned(
        connection, contract_for("date", "America/New_York"), [day.strftime(pattern)], SPELLINGS[spelling]
    )
    assert found is not None
    assert connection.execute("select cast(? as date)", [found]).fetchone() == (day,)


@pytest.mark.parametrize(
    "cell", ["2026-02-30", "2026-13-01", "32/01/2026", "45123.5", "tomorrow", "2026-03-01 25:00:00"]
)
def test_what_is_no_day_of_any_calendar_is_left_for_the_rules_to_refuse(
    connection: duckdb.DuckDBPyConnection, cell: str
):
    assert cleaned(connection, contract_for("timestamp"), [cell], True) == [cell]


def test_a_date_that_can_be_read_in_two_ways_is_not_read_at_all(connection: duckdb.DuckDBPyConnection):
    assert cleaned(connection, contract_for("date"), ["03/04/2026"]) == ["03/04/2026"]


@pytest.mark.parametrize(
    "cell", ["138****1234", "王**", "1******6198", "＊＊", "##Ab3=", "$$Xy", "~enc", "'186****6065", "***@example.com"]
)
def test_a_masked_or_encrypted_cell_is_no_value(connection: duckdb.DuckDBPyConnection, cell: str):
    assert cleaned(connection, contract_for("text", masked=True), [cell]) == [None]
    assert cleaned(connection, contract_for("text"), [cell]) == [twins.text(cell, NULL_WORDS)]


def test_a_synonym_is_the_word_of_the_contract_whatever_its_case_and_commas(connection: duckdb.DuckDBPyConnection):
    contract = contract_for(
        "text", values={"waiting": ["买家已付款,等待卖家发货"], "done": ["Completed", "wc-completed"]}
    )
    cells = ["买家已付款，等待卖家发货", "买家已付款,等待卖家发货", "WC-COMPLETED", "done", "Done ", "odd", "——"]
    assert cleaned(connection, contract, cells) == ["waiting", "waiting", "done", "done", "done", "odd", None]


def test_yes_and_no_are_said_in_many_ways(connection: duckdb.DuckDBPyConnection):
    cells = ["yes", "是", "Y", "1", "TRUE", "否", "no", "0", "f", "maybe"]
    assert cleaned(connection, contract_for("boolean"), cells) == ["true"] * 5 + ["false"] * 4 + ["maybe"]


def test_the_clock_that_is_put_back_is_read_as_the_zone_says(connection: duckdb.DuckDBPyConnection):
    (found,) = cleaned(connection, contract_for("timestamp", "America/New_York"), ["2026-07-01 08:00:00"])
    assert found == "2026-07-01 12:00:00"
    assert datetime.fromisoformat(found).replace(tzinfo=UTC).hour == 12


@pytest.mark.parametrize(
    ("kind", "cell", "meant"),
    [
        ("decimal", "1.234,50", "1234.50"),
        ("decimal", "€ 1.234,50", "1234.50"),
        ("decimal", "1 234,5-", "-1234.5"),
        ("decimal", "1.234", "1234"),
        ("decimal", "12,5", "12.5"),
        ("decimal", "1,234.50", "? 1,234.50"),
        ("decimal", "1.5", "? 1.5"),
        ("integer", "1.234", "1234"),
        ("integer", "12,00", "12"),
        ("integer", "12", "12"),
    ],
)
def test_where_a_comma_stands_before_the_cents_a_point_makes_thousands(
    connection: duckdb.DuckDBPyConnection, kind: str, cell: str, meant: str
):
    made = contract_for(kind).model_dump()
    contract = Contract.model_validate(made | {"cells": {"clean": True, "decimal_mark": ","}})
    assert cleaned(connection, contract, [cell]) == [meant]
