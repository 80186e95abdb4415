"""A run that would merge many customers into others stops for a human, and goes on once one has said so."""

from pathlib import Path

import duckdb
import pytest

from orchestration import ledger
from orchestration.dbt_build import NodeResult, build
from orchestration.defs.resources import Limits

LIMIT = "assert_a_run_merges_few_customers_away"
DAYS = ("2026-02-28", "2026-03-01")
CUSTOMERS = 200


def crosswalk(file: Path, merged: int) -> Path:
    """Two hundred published customers of one record each; since then so many records went to the first of them."""
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema intermediate")
        connection.execute(
            """
            create table intermediate.customer_crosswalk as
            select 'record ' || n as record_key, 'customer ' || n as customer_id, n as assignment_number,
                cast($before as date) as assigned_as_of
            from range($customers) as numbers (n)
            union all
            select 'record ' || n, 'customer 0', $customers + n, cast($today as date)
            from range($customers) as numbers (n)
            where n between 1 and $merged or n = $customers - 1
            """,
            {"before": DAYS[0], "today": DAYS[1], "customers": CUSTOMERS, "merged": merged - 1},
        )
        ledger.open_books(connection)
        connection.execute(
            "insert into ops.runs values (1, 'r', $before, $customers - 1)", {"before": DAYS[0], "customers": CUSTOMERS}
        )
    return file


def limit_of(results: list[NodeResult]) -> NodeResult:
    (found,) = [result for result in results if result.name == LIMIT]
    return found


@pytest.mark.parametrize(
    ("merged", "accepts", "status"), [(21, False, "fail"), (20, False, "pass"), (21, True, "pass")]
)
def test_more_than_a_few_merges_stop_a_run_until_somebody_accepts_them(tmp_path, monkeypatch, merged, accepts, status):
    monkeypatch.setenv("CRM_DATA", str(tmp_path))
    variables = {"as_of_date": DAYS[1], **Limits(accept_merges=accepts).dbt_variables}
    found = limit_of(build({LIMIT}, variables, crosswalk(tmp_path / "core.duckdb", merged)))
    assert found.status == status
    assert "crm run --accept-merges" in found.description


def test_what_readers_have_seen_is_not_held_back_again(tmp_path, monkeypatch):
    monkeypatch.setenv("CRM_DATA", str(tmp_path))
    file = crosswalk(tmp_path / "core.duckdb", 21)
    with duckdb.connect(str(file)) as connection:
        ledger.end_run(connection, "r")
    assert limit_of(build({LIMIT}, {"as_of_date": DAYS[1]}, file)).status == "pass"
