"""What would happen to one file: the same reading and judging as in a run, in a database that is thrown away."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from orchestration import ledger
from orchestration.ingestion.arrival import Arrival
from orchestration.ingestion.containers import ContainerError
from orchestration.ingestion.contracts import CATALOGUE, Contract, load_contracts
from orchestration.ingestion.encoding import decode_head
from orchestration.ingestion.inbox import InboxFile, read_head
from orchestration.ingestion.load import Counts, create_raw_table, load
from orchestration.ingestion.opening import Places, arrive, open_source
from orchestration.ingestion.proposal import propose
from orchestration.ingestion.quarantine import refuse
from orchestration.ingestion.reading import read
from orchestration.ingestion.recognition import PARQUET_MARK, ZIP_MARK, find, why_none
from orchestration.ingestion.sources import RefusedFileError
from orchestration.settings import CONTRACTS, Settings

# A file outside the inbox has no delivery date; any will do to judge it.
SOME_DAY = date(2000, 1, 1)
TEMPLATES = "generic"
RULES = """
    select rule || coalesce(' in ' || column_name, '') || ': ' || count(*) || ' rows, first in row ' || min(row_number)
    from ops.quarantine where rule <> 'file' group by rule, column_name order by count(*) desc, rule
"""


class UnknownExportError(Exception):
    """No contract fits the file; the message says what was looked for. `draft` is a contract proposed for it, or ''."""

    def __init__(self, message: str, draft: str = "") -> None:
        super().__init__(message)
        self.draft = draft


def look_at(path: Path, contract_name: str | None, home: Settings) -> dict[str, Any]:
    """What a file is and what would become of its rows. Nothing is kept.

    Raises:
        UnknownExportError: no contract fits, or the one named does not exist.
    """
    in_use, others = load_contracts(CONTRACTS), load_contracts(CATALOGUE)
    contract = _contract_for(path, contract_name, [*in_use, *others])
    with TemporaryDirectory(prefix="crm-check-", dir=_scratch(home)) as folder:
        config: dict[str, Any] = {
            "memory_limit": home.memory_limit,
            "threads": str(home.threads),
            "temp_directory": folder,
        }
        with duckdb.connect(":memory:", config=config) as connection:
            connection.execute("set timezone = 'UTC'")
            ledger.open_books(connection)
            arrival, counts, refused = _try(connection, contract, path, Path(folder))
            reasons = connection.execute(RULES).fetchall()
    return {
        "file": path.name,
        "contract": contract.name,
        "in_use": contract in in_use,
        "encoding": arrival.encoding,
        "size_bytes": arrival.size,
        "rows_read": counts.rows_read,
        "rows_kept": counts.rows_loaded,
        "rows_quarantined": counts.rows_quarantined,
        "rows_duplicate": counts.rows_duplicate,
        "adds_up": counts.is_balanced,
        "columns_not_in_the_contract": list(counts.unmapped),
        "findings": [f"{what} {column}: {cells} cells" if cells else what for what, column, cells in counts.findings],
        "reasons": [reason for (reason,) in reasons],
        "refused": refused,
    }


def _try(
    connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path, scratch: Path
) -> tuple[Arrival, Counts, str]:
    create_raw_table(connection, contract)
    file = InboxFile(path, contract.system, SOME_DAY, path.stat().st_size, contract, "")
    arrival, fit = arrive(file, contract, Places(scratch / "archive", scratch))
    try:
        source = open_source(file, contract, arrival, fit, scratch)
        return source.arrival, load(connection, read(connection, source)), ""
    except RefusedFileError as error:
        return arrival, refuse(connection, file, arrival, str(error)), str(error)


def _contract_for(path: Path, name: str | None, contracts: Sequence[Contract]) -> Contract:
    if name is not None:
        named = next((contract for contract in contracts if contract.name == name), None)
        if named is None:
            known = ", ".join(contract.name for contract in contracts)
            raise UnknownExportError(f"There is no contract {name}. There are: {known}.")
        return named
    try:
        head = read_head(path)
    except ContainerError as error:
        raise UnknownExportError(f"{path.name} cannot be opened. {error}") from error
    # A template would fit half of all files; it is used when it is named.
    in_use = [contract for contract in contracts if contract in load_contracts(CONTRACTS)]
    contracts = [contract for contract in contracts if contract.system != TEMPLATES]
    fit = find(in_use, head) or find(contracts, head)
    if fit is not None:
        return fit.contract
    encodings = sorted({name for c in contracts for shape in c.files for name in shape.encodings})
    if not head.content.startswith((PARQUET_MARK, ZIP_MARK)) and decode_head(head.content, encodings) is None:
        raise UnknownExportError(f"{path.name} is not text in any encoding that a contract names.")
    raise UnknownExportError(
        f"No contract fits {path.name}. {why_none(contracts, head)} Name one with --contract SYSTEM/FEED to see "
        "what its rows lack, or finish a draft for a new one (CONTRIBUTING.md, How to add a source).",
        propose(head) or "",
    )


def _scratch(home: Settings) -> Path:
    folder = home.data / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
