"""What the door lets in, staging can cast: no cell of any delivery can stop a run halfway."""

import json
from datetime import date
from pathlib import Path
from typing import Any

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


def extremes_of(column: Column) -> list[str]:
    """What may stand in a column: a word of the contract where it lists them, else what its type lets pass."""
    return [*column.values, *(word for words in column.values.values() for word in words)] or EXTREMES[column.type]


def rows_with_one_extreme_each(contract: Contract) -> list[list[str]]:
    rows = []
    for place, column in enumerate(contract.columns):
        for number, extreme in enumerate(extremes_of(column)):
            row = [cell(other, f"{place}-{number}") for other in contract.columns]
            if column.name not in contract.key:
                row[place] = extreme
            rows.append(row)
    return rows


def cell(column: Column, unique: str) -> str:
    if column.values:
        return next(iter(column.values))
    return unique if column.type == "text" and column.required else ORDINARY[column.type]


def export_of(contract: Contract, folder: Path) -> Path:
    """A file of the first shape that the contract takes."""
    export = folder / f"export.{contract.files[0].format}"
    header = [column.headers[0] for column in contract.columns]
    rows = rows_with_one_extreme_each(contract)
    if contract.files[0].format == "ndjson":
        lines = [json.dumps(nested(dict(zip(header, row, strict=True))), ensure_ascii=False) + "\n" for row in rows]
        export.write_text("".join(lines), encoding="utf-8")
    else:
        export.write_text(csv_text(header, rows), encoding="utf-8")
    return export


def nested(record: dict[str, str]) -> dict[str, Any]:
    """`{"a.b": 1}` as `{"a": {"b": 1}}`; an object that has a column of its own is left out."""
    tree: dict[str, Any] = {}
    for path, value in record.items():
        *parents, name = path.split(".")
        branch = tree
        for parent in parents:
            if not isinstance(branch.get(parent), dict):
                branch[parent] = {}
            branch = branch[parent]
        branch.setdefault(name, value)
    return tree


@pytest.mark.parametrize("contract", CONTRACTS_SHIPPED, ids=lambda contract: contract.name)
def test_staging_takes_every_row_that_was_let_in(project: Project, contract: Contract, tmp_path: Path):
    export = export_of(contract, tmp_path)
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
