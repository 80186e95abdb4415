"""Saved segments in the daily job: one count everywhere, no day counted twice, and nobody stops a run by a bad file."""

import duckdb
import pandas as pd
import pytest

from orchestration.defs.search import spell
from orchestration.defs.segments import TABLES, _evaluate
from orchestration.segments import read_segments

GOOD = {"version": 3, "expires_on": "2027-01-01", "where": "net_revenue >= 100"}


@pytest.fixture
def house():
    """Three customers in a warehouse of their own."""
    with duckdb.connect(config={"threads": "1"}) as connection:
        connection.execute("create schema marts")
        connection.execute("""
            create table marts.customer_360 as
            select * from (values ('a', 50.00, 'CNY'), ('b', 100.00, 'CNY'), ('c', 700.50, 'CNY'))
                as rows (customer_id, net_revenue, currency_code)
        """)
        connection.execute(TABLES)
        yield connection


def write(folder, name: str, **stated) -> None:
    lines = [f"{key}: {value}" for key, value in (GOOD | stated).items()]
    (folder / f"{name}.yml").write_text("\n".join(lines), encoding="utf-8")


def evaluated(house, folder, day: str = "2026-11-01") -> pd.DataFrame:
    house.execute("delete from marts.segment_members")
    for segment in read_segments(folder):
        _evaluate(house, segment, day)
    return house.sql("select * from marts.saved_segments order by segment").df()


def test_the_members_are_whom_the_condition_finds_and_the_count_is_theirs(house, tmp_path):
    write(tmp_path, "rich")
    (row,) = evaluated(house, tmp_path).to_dict("records")
    members = house.sql("select customer_id, version from marts.segment_members order by 1").fetchall()
    assert members == [("b", 3), ("c", 3)]
    assert (row["status"], row["customer_count"], float(row["net_revenue"])) == ("active", 2, 800.5)


def test_a_segment_has_nobody_from_the_day_on_which_it_expires(house, tmp_path):
    write(tmp_path, "old", expires_on="2026-11-01")
    assert evaluated(house, tmp_path)["status"].tolist() == ["expired"]
    assert evaluated(house, tmp_path, "2026-10-31")["status"].tolist()[-1] == "active"


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        ({"where": "shoe_size > 40"}, "column that there is not"),
        ({"where": "net_revenue >= 'much'"}, "cannot be compared"),
        ({"where": "getenv('HOME') is null"}, "may not hold"),
        ({"where": "customer_id in (select x from raw.people)"}, "only"),
        ({"expires_on": "soon"}, "does not state"),
        ({"where": "["}, "does not state"),
    ],
)
def test_a_file_that_may_not_be_run_is_refused_by_name_and_the_others_are_counted(house, tmp_path, stated, reason):
    write(tmp_path, "bad", **stated)
    write(tmp_path, "rich")
    rows = evaluated(house, tmp_path)
    assert rows["status"].tolist() == ["refused", "active"]
    assert reason in rows["reason"][0]


def test_chinese_names_are_spelled_and_a_family_name_as_it_is_read_too():
    spelled = spell(pd.Series(["张伟", "曾小红", "祭遵", "尉迟恭"]))
    values = set(zip(spelled["name"], spelled["kind"], spelled["value"], strict=True))
    assert {("张伟", "pinyin", "zhangwei"), ("张伟", "initials", "zw"), ("曾小红", "pinyin", "zengxiaohong")} <= values
    assert {("祭遵", "pinyin", "zhaizun"), ("尉迟恭", "pinyin", "yuchigong")} <= values
