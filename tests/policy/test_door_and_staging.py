"""What the door lets in, staging can cast: no cell of any delivery can stop a run halfway."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration import ledger
from orchestration.ingestion.contract_model import Column, Contract
from orchestration.ingestion.contracts import load_contracts
from orchestration.ingestion.inbox import InboxFile
from orchestration.ingestion.receive import Yard, receive
from orchestration.settings import CONTRACTS
from tests.orchestration.ingestion.intake import csv_text
from tests.policy.project import Project

DAY = date(2026, 2, 28)
ORDINARY = {
    "text": "x",
    "integer": "1",
    "decimal": "1.50",
    "date": "2026-01-31",
    "timestamp": "2026-01-31 10:00:00",
    "boolean": "true",
}
EXTREMES = {
    "text": ["", " ", "中文", "x" * 5000, "'; drop table x", "\n", "NULL", "-1", "2026-99-99"],
    "integer": ["", "0", "-" + "9" * 18, "+" + "9" * 18, " 7 ", "007"],
    "decimal": [
        "",
        "0",
        "-0.00001",
        "9" * 13,
        "-" + "9" * 13,
        "12345678901.99999",
        "1e9",
        ".5",
        "5.",
        " 2 ",
        "1000000",
    ],
    "date": ["", "1000-01-01", "9999-12-31", "2026-1-1", "2026-01-31 23:59:59", " 2026-01-31 "],
    "timestamp": ["", "1000-01-01", "9999-12-31 23:59:59.999999", "2026-01-31T10:00:00.000+0000", "2026-01-31T10:00Z"],
    "boolean": ["", "0", "1", "FALSE", "True"],
}
CONTRACTS_SHIPPED = load_contracts(CONTRACTS)


def rows_with_one_extreme_each(contract: Contract) -> list[list[str]]:
    rows = []
    for place, column in enumerate(contract.columns):
        for number, extreme in enumerate(EXTREMES[column.type]):
            row = [cell(other, f"{place}-{number}") for other in contract.columns]
            if column.name not in contract.key:
                row[place] = extreme
            rows.append(row)
    return rows


def cell(column: Column, unique: str) -> str:
    return unique if column.type == "text" and column.required else ORDINARY[column.type]


@pytest.mark.parametrize("contract", CONTRACTS_SHIPPED, ids=lambda contract: contract.name)
def test_staging_takes_every_row_that_was_let_in(project: Project, contract: Contract, tmp_path: Path):
    export = tmp_path / "export.csv"
    header = [column.headers[0] for column in contract.columns]
    export.write_text(csv_text(header, rows_with_one_extreme_each(contract)), encoding="utf-8")
    with duckdb.connect(str(tmp_path / "core.duckdb"), config={"threads": "2", "memory_limit": "1GB"}) as connection:
        connection.execute("set timezone = 'UTC'; create schema staging")
        ledger.open_books(connection)
        file = InboxFile(export, contract.system, DAY, export.stat().st_size, contract, "")
        received = receive(connection, contract, [file], Yard(tmp_path / "a", tmp_path / "s", "run-1", DAY))
        assert received.rows_loaded > len(contract.columns)
        source = f"source.crm_warehouse.{contract.relation}"
        readers = [model for model in project.models if source in model["depends_on"]["nodes"]]
        assert readers
        for model in readers:
            connection.execute(f"create table staging.{model['name']} as {model['compiled_code']}")
