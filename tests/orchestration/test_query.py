"""`crm query` answers one select on the nameless tables and can be talked into nothing else."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.report import QueryRefusedError, ask
from orchestration.settings import settings
from orchestration.snapshots import CORE, MARTS, PEOPLE, Edition
from orchestration.warehouse import shelf

RELATIONS = {"marts.customer_360": MARTS, "ml.rfm": MARTS, "ops.feeds": MARTS, "marts.dim_customers": PEOPLE}
MAIL = "ada@example.com"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a published version."""
    data = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_DATA", str(data))
        settings.cache_clear()
        work = settings().work
        work.mkdir(parents=True)
        with duckdb.connect(str(work / CORE)) as connection:
            for relation in RELATIONS:
                connection.execute(f"create schema if not exists {relation.partition('.')[0]}")
                connection.execute(
                    f"create table {relation} as select i as number, i::varchar as customer_id from range(5) t (i)"
                )
            connection.execute(f"update marts.dim_customers set customer_id = '{MAIL}'")
        version = shelf().publish(
            work, Edition(date(2026, 3, 1), "run-1", datetime(2026, 3, 1, tzinfo=UTC), RELATIONS, {}, {})
        )
        yield data / "published" / version
    settings.cache_clear()


@pytest.mark.parametrize("table", ["customer_360", "marts.customer_360", "ml.rfm", "rfm", "ops.feeds", "feeds"])
def test_a_select_gives_columns_and_rows_by_the_address_of_the_warehouse(published: Path, table: str):
    assert ask(f"select * from {table} order by number", 10) == (
        ["number", "customer_id"],
        [(i, str(i)) for i in range(5)],
        False,
    )


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("select 1 as one;", [(1,)]),
        ("  -- a remark\n select 2 ;  ", [(2,)]),
        ("with a as (select max(number) as n from rfm) select n from a", [(4,)]),
        ("from feeds select count(*)", [(5,)]),
        ("values (1), (2)", [(1,), (2,)]),
        ("select number from rfm union all select number from feeds order by all limit 2", [(0,), (0,)]),
        ("select '中文' as word", [("中文",)]),
        ("select * from rfm where false", []),
    ],
)
def test_whatever_is_one_select_is_answered(published: Path, sql: str, rows: list):
    assert ask(sql, 10)[1] == rows


@pytest.mark.parametrize(("limit", "cut"), [(1, True), (4, True), (5, False), (6, False)])
def test_no_more_rows_are_given_than_asked_for_and_it_is_said_when_there_are_more(
    published: Path, limit: int, cut: bool
):
    _, rows, is_cut = ask("select number from rfm order by number", limit)
    assert rows == [(i,) for i in range(min(limit, 5))]
    assert is_cut == cut


@pytest.mark.parametrize(
    "sql",
    [
        "",
        ";",
        "-- nothing",
        "select 1; select 2",
        "insert into rfm values (9, '9')",
        "update rfm set number = 1",
        "delete from rfm",
        "drop table ml.rfm",
        "create table t as select 1",
        "create temp table t as select 1",
        "create view v as select 1",
        "create macro m() as 1",
        "alter table ml.rfm add column x integer",
        "copy (select 1) to '{never}'",
        "copy ml.rfm from '/etc/hostname'",
        "export database '{never}'",
        "import database '{never}'",
        "attach '{people}' as people",
        "detach marts",
        "use ml",
        "install httpfs",
        "load httpfs",
        "set threads = 1",
        "set lock_configuration = false",
        "reset threads",
        "pragma threads=4",
        "call pragma_version()",
        "checkpoint",
        "vacuum",
        "begin",
        "prepare p as select 1",
        "execute p",
        "create secret s (type s3)",
        "explain analyze select 1",
        "select 1; set lock_configuration = false",
    ],
)
def test_whatever_is_not_one_select_is_refused(published: Path, tmp_path: Path, sql: str):
    before = (published / MARTS).read_bytes()
    with pytest.raises(QueryRefusedError):
        ask(sql.format(people=published / PEOPLE, never=tmp_path / "never"), 10)
    assert (published / MARTS).read_bytes() == before
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/hostname')",
        "select * from read_csv_auto('/etc/hostname')",
        "select * from sniff_csv('/etc/hostname')",
        "select * from read_text('/etc/hostname')",
        "select * from read_blob('/etc/hostname')",
        "select * from read_json('/etc/hostname')",
        "select * from read_parquet('/etc/hostname')",
        "select * from parquet_metadata('/etc/hostname')",
        "select * from '/etc/hostname'",
        "select * from '{people}'",
        "select * from '{core}'",
        "select * from glob('/etc/*')",
        "select * from read_text('{manifest}')",
        "select * from read_csv('http://127.0.0.1:9/x.csv')",
        "select * from query('select * from read_text(''/etc/hostname'')')",
        "select * from query_table('/etc/hostname')",
        "select * from sqlite_scan('/etc/hostname', 't')",
        "select * from which_secret('s3://x', 's3')",
        "select * from read_duckdb('{people}')",
    ],
)
def test_no_file_of_the_machine_can_be_read(published: Path, sql: str):
    places = {"people": PEOPLE, "core": CORE, "manifest": "manifest.json"}
    try:
        _, rows, _ = ask(sql.format(**{name: published / file for name, file in places.items()}), 10)
    except QueryRefusedError:
        return
    assert rows == []


@pytest.mark.parametrize("table", ["dim_customers", "marts.dim_customers", "people.marts.dim_customers"])
def test_what_names_a_person_is_not_in_reach(published: Path, table: str):
    with pytest.raises(QueryRefusedError) as refusal:
        ask(f"select * from {table}", 10)
    assert MAIL not in str(refusal.value)


def test_variables_of_the_program_are_not_tables(published: Path):
    import pandas as pd

    frame = pd.DataFrame({"secret": [MAIL]})
    assert len(frame) == 1
    for sql in ("select * from frame", "select * from sql", "select * from RELATIONS"):
        with pytest.raises(QueryRefusedError):
            ask(sql, 10)


@pytest.mark.parametrize(
    "sql", ["selec 1", "select nothing from rfm", "select * from nowhere", "select 1/'x'", "select error('no')"]
)
def test_a_mistake_is_told_in_the_words_of_the_engine(published: Path, sql: str):
    with pytest.raises(QueryRefusedError, match="Error"):
        ask(sql, 10)


def test_a_mistake_that_only_a_later_row_shows_is_told_too(published: Path):
    with pytest.raises(QueryRefusedError, match="Error"):
        ask("select cast(case when number = 4 then 'x' else '1' end as integer) from rfm order by number", 10)


def test_one_question_leaves_nothing_for_the_next(published: Path):
    ask("select set_config from (select 1 as set_config)", 1)
    for _ in range(2):
        assert ask("select count(*) from rfm", 1)[1] == [(5,)]
        with pytest.raises(QueryRefusedError):
            ask("select * from read_text('/etc/hostname')", 1)


def test_before_anything_is_published_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CRM_DATA", str(tmp_path))
    settings.cache_clear()
    try:
        with pytest.raises(QueryRefusedError, match="Nothing has been published yet"):
            ask("select 1", 10)
    finally:
        settings.cache_clear()
