"""`make docs`: the dbt project and the door's last findings as pages, into docs/build. Nothing is fetched or sent."""

import shutil
from typing import TYPE_CHECKING

import duckdb
import pandas as pd

from orchestration.dbt_build import docs
from orchestration.door import raw_suite
from orchestration.ingestion.contracts import load_contracts
from orchestration.ingestion.profile import profile
from orchestration.publishing import FRAMES, suite_of
from orchestration.settings import CHECKOUT, CONTRACTS, announce
from orchestration.snapshots import CORE
from orchestration.warehouse import duckdb_config, shelf

if TYPE_CHECKING:
    import great_expectations as gx

BUILD = CHECKOUT / "docs" / "build"


def main() -> None:
    """Build both and say where they are."""
    home = announce()
    BUILD.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(docs(), BUILD / "dbt.html")
    print(f"dbt docs: {BUILD / 'dbt.html'}")  # noqa: T201
    version = shelf().current()
    if version is None:
        print("Data docs need a published version. Run: crm run")  # noqa: T201
        return
    with duckdb.connect(str(home.published / version / CORE), read_only=True, config=duckdb_config()) as connection:
        connection.execute("set timezone = 'UTC'")
        inspections = [*_raw(connection), *_shown(connection)]
    from expectations.data_docs import build

    print(f"Data docs: {build(inspections, BUILD / 'data_docs')}")  # noqa: T201


def _raw(connection: duckdb.DuckDBPyConnection) -> list[tuple[pd.DataFrame, "gx.ExpectationSuite"]]:
    """The newest delivery of every feed, as the door saw it."""
    found = []
    for contract in load_contracts(CONTRACTS):
        newest = connection.execute(
            """
            select arg_max(run_id, delivery_date) from ops.row_conservation
            where source_system = ? and feed = ? and rows_loaded > 0
            """,
            [contract.system, contract.feed],
        ).fetchone()
        frame = profile(connection, contract, newest[0]) if newest and newest[0] else None
        if frame is not None:
            found.append((frame, raw_suite(contract)))
    return found


def _shown(connection: duckdb.DuckDBPyConnection) -> list[tuple[pd.DataFrame, "gx.ExpectationSuite"]]:
    return [(connection.sql(query).df(), suite_of(relation)) for relation, query in FRAMES.items()]


if __name__ == "__main__":
    main()
