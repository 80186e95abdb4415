"""Seeds that say what somebody else says too."""

import csv
from pathlib import Path

from orchestration.settings import DBT_PROJECT
from tests.dbt_project import holidays

SEEDS = DBT_PROJECT / "seeds"


def seed(name: str) -> list[dict[str, str]]:
    with Path(SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_holidays_are_those_of_the_libraries():
    assert [tuple(row.values()) for row in seed("holidays")] == holidays.rows()


def test_every_province_of_china_is_known_and_every_city_lies_in_one():
    china = [row for row in seed("places") if row["country"] == "China"]
    provinces = {row["province"] for row in china if row["level"] == "province"}
    cities = {(row["province"], row["city"]) for row in china if row["level"] == "city"}
    assert len(provinces) == 34
    assert {province for province, _ in cities} == provinces
    assert len(cities) >= 333
    assert len({city for _, city in cities}) == len(cities)


def test_every_metric_is_said_in_both_languages():
    for row in seed("metrics"):
        assert all(row.values()), row["metric"]
        assert any("一" <= sign <= "鿿" for sign in row["name_zh"] + row["definition_zh"]), row["metric"]
