"""The SQL is portable: DuckDB and Spark both understand it, and none of it needs what only one of them has."""

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from orchestration.settings import DBT_PROJECT
from tests.policy.project import Project

MODELS = sorted((DBT_PROJECT / "models").rglob("*.sql"))
ONLY_DUCKDB = re.compile(
    r"\bqualify\b|::|\bread_(csv|parquet|json|text|blob)\w*\b|\blist_\w+\s*\(|\bglob\s*\(|\bstruct_pack\b|\bunnest\b"
    r"|\bsummarize\b|\bpivot\b|\bpositional\s+join\b|\basof\s+join\b|\bexclude\s*\(|\breplace\s*\(\s*\w+\s+as\b"
    r"|\bgroup\s+by\s+all\b|\border\s+by\s+all\b",
    re.IGNORECASE,
)


def without_comments(text: str) -> str:
    return re.sub(r"\{#.*?#\}|--[^\n]*", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("dialect", ["duckdb", "spark"])
def test_every_model_is_understood_by_both_engines(project: Project, dialect: str):
    assert len(project.sql_models) == len(MODELS)
    for model in project.sql_models:
        (statement,) = sqlglot.parse(model["compiled_code"], dialect=dialect)
        assert isinstance(statement, exp.Query), model["name"]
        assert statement.find(exp.Qualify) is None, model["name"]


def test_every_model_can_be_said_in_spark_without_losing_anything(project: Project):
    for model in project.sql_models:
        sqlglot.transpile(
            model["compiled_code"], read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
        )


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_no_model_uses_what_only_one_engine_has(path: Path):
    assert [match.group(0) for match in ONLY_DUCKDB.finditer(without_comments(path.read_text(encoding="utf-8")))] == []


@pytest.mark.parametrize(
    "sql", ["select a::int", "from t QUALIFY x = 1", "from read_csv('x')", "list_distinct(a)", "select * exclude (a)"]
)
def test_this_test_sees_what_only_one_engine_has(sql: str):
    assert ONLY_DUCKDB.search(sql)


def test_amounts_of_money_are_decimals_and_never_floats(project: Project):
    for model in project.sql_models:
        for name, column in model["columns"].items():
            if re.search(r"^(?!is_).*(revenue|amount|price|_value|cost)$", name) and column["data_type"]:
                assert column["data_type"].startswith("decimal"), (model["name"], name)
