"""What one look at a row settles is what asking each of its cells would have said."""

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orchestration.ingestion import cleaning
from orchestration.ingestion.contracts import CATALOGUE, Contract, load_contracts
from orchestration.ingestion.glance import glance_over, plain_shape, row_text
from orchestration.ingestion.rules import rules_of
from orchestration.settings import CONTRACTS
from tests.orchestration.ingestion.intake import contract_of

COLUMNS = [
    {"name": "note", "required": True},
    {"name": "secret", "masked": True},
    {"name": "number", "identifier": True},
    {"name": "status", "values": {"on-hold": ["held"], "a.b": []}},
    {"name": "amount", "type": "decimal"},
    {"name": "pieces", "type": "integer"},
    {"name": "day", "type": "date"},
    {"name": "moment", "type": "timestamp"},
    {"name": "flag", "type": "boolean"},
]
CELLS = st.one_of(
    st.text("nNuUlLaA/09+-*＊#$~'=\" \t\u00a0\u3000\u200b\x1f中，é.E", max_size=6),
    st.sampled_from(
        [
            "NULL",
            "null",
            "N/A",
            "#N/A",
            "——",
            "1.5E+17",
            "12.50",
            "1,234.5",
            "2026-02-30",
            "2026-02-28 10:00:00",
            "true",
        ]
    ),
    st.sampled_from(
        ["on-hold", "held", "aXb", "a.b", "王**", "138****1234", "Nancy", "nu", "王芳，上海", "1.234", "-"]
    ),
    st.none(),
)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": "1"}) as connection:
        connection.execute("set timezone = 'UTC'")
        yield connection


@pytest.mark.parametrize("clean", [True, False])
@pytest.mark.parametrize("null_words", [("-", "——", "N/A", "#N/A", "NULL", "null"), ("中", "n", "无")])
@settings(max_examples=8, deadline=None)
@given(rows=st.lists(st.tuples(*[CELLS for _ in COLUMNS]), min_size=10, max_size=30))
@example(rows=[("a", "王芳", "1", "a.b", "1.50", "2", "2026-02-28", "2026-02-28 10:00:00", "true")])
def test_a_row_that_a_glance_settles_needs_no_cleaning_and_breaks_no_rule(
    connection: duckdb.DuckDBPyConnection, clean: bool, null_words: tuple[str, ...], rows: list[tuple[str | None, ...]]
):
    made = contract_of(*COLUMNS).model_dump()
    contract = Contract.model_validate(made | {"cells": {"clean": clean, "null_words": null_words}})
    reading = cleaning.Reading(contract)
    glance = glance_over(contract.columns, reading, row_text(c.name for c in contract.columns))
    settled = [column for column in contract.columns if column.name in glance.columns]
    asked = [test for column in settled if (test := cleaning.needs_cleaning(column, reading))]
    asked += [rule.broken for rule in rules_of(contract) if rule.column in glance.columns]
    flags = ", ".join(f"coalesce({test}, false)" for test in [glance.is_doubtful, *asked])
    hold(connection, contract, rows)
    for is_doubtful, *found in connection.execute(f"select {flags} from cells").fetchall():
        assert is_doubtful or not any(found)


def hold(connection: duckdb.DuckDBPyConnection, contract: Contract, rows: list[tuple[str | None, ...]]) -> None:
    """Rows as they come from a file: text, and null where nothing stands."""
    columns = ", ".join(f"{column.name} varchar" for column in contract.columns)
    marks = ", ".join("nullif(?, '')" for _ in contract.columns)
    connection.execute(f"create or replace temp table cells ({columns})")
    connection.executemany(f"insert into cells values ({marks})", rows)


def test_a_glance_settles_rows_as_shops_write_them(connection: duckdb.DuckDBPyConnection):
    contract = Contract.model_validate(contract_of(*COLUMNS).model_dump() | {"cells": {"clean": True}})
    glance = glance_over(contract.columns, cleaning.Reading(contract), row_text(c.name for c in contract.columns))
    assert glance.columns == {column.name for column in contract.columns}
    rows = [
        ("Tea, green", "王芳", "5000000000002", "on-hold", "-12.50", "2", "2026-02-28", "2026-02-28 10:00", "true"),
        ("Nancy，上海", *[None] * 8),
        ("", *[None] * 8),
    ]
    hold(connection, contract, rows)
    found = connection.execute(f"select {glance.is_doubtful} from cells order by rowid").fetchall()
    assert found == [(False,), (False,), (True,)]


def test_every_shape_of_every_contract_is_a_pattern_that_the_engine_takes(connection: duckdb.DuckDBPyConnection):
    for contract in [*load_contracts(CONTRACTS), *load_contracts(CATALOGUE)]:
        reading = cleaning.Reading(contract)
        for column in contract.columns:
            shape = plain_shape(column, reading)
            if shape is not None:
                connection.execute("select regexp_full_match('', ?)", [shape])
