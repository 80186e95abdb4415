"""The suite of the portraits lets the clean through, and each of its counts can stop a run."""

import duckdb
import pandas as pd
import pytest

from expectations.gate import inspect, name_of
from expectations.suites import ml_portraits
from orchestration.portrait_tables import RELATIONS, columns_of

COUNTS = [f"{table}.{name}" for table, measures in ml_portraits.MEASURES.items() for name in measures]


def measured(**counts: int) -> pd.DataFrame:
    return pd.DataFrame([dict.fromkeys(COUNTS, 0) | counts])


def test_nothing_strange_passes():
    verdict = inspect(measured(), ml_portraits.suite())
    assert (verdict.broken, verdict.warnings) == ([], [])


def test_every_count_stops_the_run():
    verdict = inspect(pd.DataFrame([dict.fromkeys(COUNTS, 1)]), ml_portraits.suite())
    assert verdict.broken == [name_of(one) for one in ml_portraits.suite().expectation_configurations]


def test_every_table_is_measured():
    assert {f"ml.{table}" for table in ml_portraits.MEASURES} == set(RELATIONS)


@pytest.fixture
def tables():
    with duckdb.connect() as connection:
        connection.execute("create schema ml")
        for relation in RELATIONS:
            columns = ", ".join(f"{name} {kind}" for name, kind in columns_of(relation).items())
            connection.execute(f"create table {relation} ({columns})")
        yield connection


@pytest.mark.parametrize("table", list(ml_portraits.MEASURES))
def test_an_empty_table_counts_nothing(tables: duckdb.DuckDBPyConnection, table: str):
    row = tables.execute(f"select {', '.join(ml_portraits.MEASURES[table].values())} from ml.{table}").fetchone()
    assert row is not None
    assert set(row) == {0}


@pytest.mark.parametrize(
    ("row", "counted"),
    [
        ("ml.lifecycle select 'x', date '2026-01-02', 'asleep', null, date '2026-01-01'", "lifecycle.strange"),
        ("ml.lifecycle select 'x', date '2026-01-02', 'lost', null, date '2026-01-03'", "lifecycle.future"),
        ("ml.trust select 'x', date '2026-01-02', 101, 'high', 'clean_record', null, null, false", "trust.outside"),
        ("ml.trust select 'x', date '2026-01-02', 'nan'::double, 'high', 'a', null, null, false", "trust.outside"),
        ("ml.personas select 'x', date '2026-01-02', null, 0.5", "personas.nameless"),
        ("ml.preferences select 'x', date '2026-01-02', 'hour', 'night', null, 'own'", "preferences.outside"),
        ("ml.next_purchases select 'x', date '2026-01-02', date '2026-01-05', date '2026-01-06', date '2026-01-07'",
         "next_purchases.disordered"),
        ("ml.sales_forecast select date '2026-01-01', 5, 6, 7, true, 'last'", "sales_forecast.disordered"),
        ("ml.value_tiers select unnest(['x', 'x']), date '2026-01-02', 'gold', date '2026-01-01'",
         "value_tiers.repeated"),
    ],
)  # fmt: skip
def test_a_row_that_must_not_be_is_counted(tables: duckdb.DuckDBPyConnection, row: str, counted: str):
    tables.execute(f"insert into {row}")
    table, _, name = counted.partition(".")
    assert tables.execute(f"select {ml_portraits.MEASURES[table][name]} from ml.{table}").fetchone() == (1,)
