"""The wall clock is read in two files, one for runs and one for pages, and nowhere else."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.settings import DBT_PROJECT
from tests.policy.tree import CHECKOUT, ROOMS, committed_files, modules_of

CLOCKS = {"orchestration/clock.py", "dashboards/clock.py"}

# What asks the machine for the time, by the last two names of the call.
READS = {
    *(f"{owner}.{verb}" for owner in ("datetime", "Timestamp") for verb in ("now", "today", "utcnow")),
    *("date.today", "time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.ctime", "time.strftime"),
    *("pendulum.now", "pendulum.today", "timezone.now", "pd.now"),
}
# Names that would hide the same from this test.
IMPORTS = {"time": {"time", "time_ns", "localtime", "gmtime", "ctime"}}

SQL_READS = re.compile(
    r"\b(current_date|current_timestamp|current_time|localtime|localtimestamp|sysdate|getdate|get_current_timestamp"
    r"|get_current_time|transaction_timestamp|statement_timestamp|clock_timestamp|unix_timestamp)\b"
    r"|\b(now|today|curdate|utc_timestamp)\s*\(\s*\)"
    r"|\bdbt\.(current_timestamp|now)\b|\bmodules\.datetime\b|\brun_started_at\b"
    r"|'(now|today|yesterday|tomorrow)'\s*::?|cast\(\s*'(now|today)'",
    re.IGNORECASE,
)


def clock_reads(source: str) -> Iterator[str]:
    """Every place of a Python module where the wall clock is read, as `line: call`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            name = ".".join(ast.unparse(node).split(".")[-2:])
            if name in READS:
                yield f"{node.lineno}: {name}"
        elif isinstance(node, ast.ImportFrom) and node.module in IMPORTS:
            for alias in node.names:
                if alias.name in IMPORTS[node.module]:
                    yield f"{node.lineno}: from {node.module} import {alias.name}"


def sql_reads(text: str) -> list[str]:
    """The same for SQL; what stands in comments and Jinja comments does not count."""
    bare = re.sub(r"\{#.*?#\}|--[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)
    return [match.group(0) for match in SQL_READS.finditer(bare)]


def sql_in(source: str) -> Iterator[str]:
    """The texts of a Python module that are SQL; docstrings are prose."""
    tree = ast.parse(source)
    prose = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose
        if is_text and re.search(r"\b(select|insert|update|from|where)\b", node.value, re.IGNORECASE):
            yield node.value


@pytest.mark.parametrize("path", modules_of(*ROOMS), ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_no_module_but_the_clocks_reads_the_wall_clock(path: Path):
    source = path.read_text(encoding="utf-8")
    found = [*clock_reads(source), *(read for text in sql_in(source) for read in sql_reads(text))]
    if str(path.relative_to(CHECKOUT)) in CLOCKS:
        assert found, "a clock that reads no clock is not needed"
    else:
        assert found == []


SQL_FILES = [
    path for path in committed_files() if path.is_relative_to(DBT_PROJECT) and path.suffix in (".sql", ".yml", ".py")
]


@pytest.mark.parametrize("path", SQL_FILES, ids=lambda path: str(path.relative_to(DBT_PROJECT)))
def test_no_sql_asks_the_machine_what_day_it_is(path: Path):
    assert sql_reads(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import datetime\nx = datetime.datetime.now()",
        "from datetime import datetime\nf = datetime.utcnow",
        "from datetime import date\ndate.today()",
        "import pandas as pd\npd.Timestamp.now('UTC')",
        "import pandas as pd\npd.Timestamp.today()",
        "import time\ntime.time()",
        "from time import time\ntime()",
    ],
)
def test_this_test_sees_python_that_reads_the_clock(source: str):
    assert list(clock_reads(source))


@pytest.mark.parametrize(
    "text", ["select current_date", "where a < NOW()", "select today()", "{{ dbt.current_timestamp() }}", "getdate()"]
)
def test_this_test_sees_sql_that_reads_the_clock(text: str):
    assert sql_reads(text)


@pytest.mark.parametrize("text", ["-- not current_date", "{# now() #}", "select known, today_count", "'now' as status"])
def test_this_test_does_not_see_a_clock_where_there_is_none(text: str):
    assert sql_reads(text) == []
