"""What would happen to one file: the same reading and judging as in a run, in a database that is thrown away."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from orchestration import ledger
from orchestration.ingestion.arrival import take_in
from orchestration.ingestion.contracts import Contract, find_contract, load_contracts
from orchestration.ingestion.encoding import decode_head
from orchestration.ingestion.inbox import HEAD_BYTES, InboxFile, read_header
from orchestration.ingestion.load import RefusedFileError, create_raw_table, load, read, refuse
from orchestration.settings import CONTRACTS, Settings

# A file outside the inbox has no delivery date; any will do to judge it.
SOME_DAY = date(2000, 1, 1)


class UnknownExportError(Exception):
    """No contract fits the file; the message says what was looked for."""


def look_at(path: Path, contract_name: str | None, home: Settings) -> dict[str, Any]:
    """What a file is and what would become of its rows. Nothing is kept.

    Raises:
        UnknownExportError: no contract fits, or the one named does not exist.
    """
    contract = _contract_for(path, contract_name)
    file = InboxFile(path, contract.system, SOME_DAY, path.stat().st_size, contract, "")
    with TemporaryDirectory(prefix="crm-check-", dir=_scratch(home)) as folder:
        scratch = Path(folder)
        arrival = take_in(path, contract.files.encodings, scratch / "archive", scratch)
        config: dict[str, Any] = {
            "memory_limit": home.memory_limit,
            "threads": str(home.threads),
            "temp_directory": str(scratch),
        }
        with duckdb.connect(":memory:", config=config) as connection:
            connection.execute("set timezone = 'UTC'")
            ledger.open_books(connection)
            create_raw_table(connection, contract)
            refused = ""
            try:
                counts = load(connection, read(connection, contract, file, arrival))
            except RefusedFileError as error:
                refused, counts = str(error), refuse(connection, contract, file, arrival, str(error))
            reasons = connection.execute(
                """
                select rule || coalesce(' in ' || column_name, '') || ': ' || count(*) || ' rows, first in row '
                    || min(row_number)
                from ops.quarantine where rule <> 'file' group by rule, column_name order by count(*) desc, rule
                """
            ).fetchall()
    return {
        "file": path.name,
        "contract": contract.name,
        "encoding": arrival.encoding,
        "size_bytes": arrival.size,
        "rows_read": counts.rows_read,
        "rows_kept": counts.rows_loaded,
        "rows_quarantined": counts.rows_quarantined,
        "rows_duplicate": counts.rows_duplicate,
        "adds_up": counts.is_balanced,
        "columns_not_in_the_contract": list(counts.unmapped),
        "reasons": [reason for (reason,) in reasons],
        "refused": refused,
    }


def _contract_for(path: Path, name: str | None) -> Contract:
    contracts = load_contracts(CONTRACTS)
    if name is not None:
        found = next((contract for contract in contracts if contract.name == name), None)
        if found is None:
            known = ", ".join(contract.name for contract in contracts)
            raise UnknownExportError(f"There is no contract {name}. There are: {known}.")
        return found
    with path.open("rb") as file:
        text = decode_head(file.read(HEAD_BYTES), sorted({e for c in contracts for e in c.files.encodings}))
    if text is None:
        raise UnknownExportError(f"{path.name} is not text in any encoding that a contract names.")
    found = find_contract(contracts, path.name, lambda contract: read_header(text, contract.files.delimiter))
    if found is None:
        raise UnknownExportError(
            f"No contract fits {path.name}: none has its name pattern and all of whose required columns stand in its "
            "header. Name one with --contract SYSTEM/FEED to see what is missing, or write a new one "
            "(CONTRIBUTING.md, How to add a source)."
        )
    return found


def _scratch(home: Settings) -> Path:
    folder = home.data / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
