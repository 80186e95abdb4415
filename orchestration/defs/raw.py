"""The yard: what every source system delivered, copied and not interpreted, one asset a feed."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from threading import Thread

import dagster as dg
import duckdb
import pandas as pd

from orchestration import ledger
from orchestration.defs.resources import Inbox
from orchestration.door import Door
from orchestration.ingestion.contracts import Contract, load_contracts
from orchestration.ingestion.inbox import InboxFile, scan
from orchestration.ingestion.profile import profile
from orchestration.ingestion.receive import Yard, receive
from orchestration.partitions import days, one_by_one
from orchestration.settings import CONTRACTS, settings
from orchestration.warehouse import Warehouse, as_of_date

INBOX = dg.AssetKey(["ops", "inbox"])


@dg.asset(key=INBOX, group_name="yard", partitions_def=days, backfill_policy=one_by_one, kinds={"duckdb"})
def everything_that_was_delivered(
    context: dg.AssetExecutionContext, inbox: Inbox, warehouse: Warehouse
) -> dg.MaterializeResult:
    """Every file delivered up to this day, with the contract it fits or the reason why none does."""
    day = as_of_date(context)
    if not inbox.path.is_dir():
        raise dg.Failure(f"There is no inbox at {inbox.path}. Make it, or name another with crm run --inbox DIR.")
    files = scan(inbox.path, load_contracts(CONTRACTS), day)
    unknown = [file for file in files if file.contract is None]
    with warehouse.connect() as connection:
        connection.execute("delete from ops.inbox; delete from ops.inbox_unknown")
        ledger.note(connection, "ops.inbox", [_entry(file) | _place(file) | {"seen_as_of": day} for file in files])
        ledger.note(connection, "ops.inbox_unknown", [_entry(file) | {"seen_as_of": day} for file in unknown])
    return dg.MaterializeResult(metadata={"files": len(files), "unknown_files": len(unknown)})


def _entry(file: InboxFile) -> dict[str, object]:
    return {
        "source_system": file.system,
        "delivery_date": file.delivery_date,
        "file_name": file.name,
        "size_bytes": file.size,
        "reason": file.reason,
    }


def _place(file: InboxFile) -> dict[str, object]:
    return {"path": str(file.path) if file.contract else None, "feed": file.contract.feed if file.contract else None}


def _key(contract: Contract) -> dg.AssetKey:
    return dg.AssetKey(contract.relation.split("."))


def _acceptable(contract: Contract) -> str:
    return f"{contract.feed}_are_acceptable"


def _adds_up(contract: Contract) -> str:
    return f"{contract.feed}_add_up"


def _spec(contract: Contract) -> dg.AssetSpec:
    return dg.AssetSpec(
        _key(contract),
        group_name="raw",
        deps=[INBOX],
        kinds={"duckdb"},
        description=contract.description,
        owners=[f"team:{contract.owner}"],
        metadata={"contract": contract.name, "domain": contract.domain},
    )


def _checks(contract: Contract) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(
            _acceptable(contract),
            asset=_key(contract),
            blocking=True,
            description="Great Expectations finds the profile of what came today acceptable.",
        ),
        dg.AssetCheckSpec(
            _adds_up(contract),
            asset=_key(contract),
            blocking=True,
            description="Rows read = loaded + quarantined + duplicate, for every delivery of this run.",
        ),
    ]


# One step for all feeds, checks included: Dagster asks for half a second a step, and a company has dozens of feeds.
# A check that blocks does so when every feed has been taken in.
@dg.multi_asset(
    name="raw",
    specs=[_spec(contract) for contract in load_contracts(CONTRACTS)],
    check_specs=[spec for contract in load_contracts(CONTRACTS) for spec in _checks(contract)],
    partitions_def=days,
    backfill_policy=one_by_one,
    can_subset=True,
)
def feeds_as_delivered(
    context: dg.AssetExecutionContext, inbox: Inbox, warehouse: Warehouse
) -> Iterator[dg.MaterializeResult]:
    # Great Expectations takes three seconds to be imported; the database reads files meanwhile.
    Thread(target=import_module, args=("great_expectations.expectations",), daemon=True).start()
    door = Door(warehouse, as_of_date(context))
    places = settings().archive, settings().work / "decoded"
    yard = Yard(*places, warehouse.run_id, door.as_of_date, frozenset(inbox.accept_volume))
    asked = [contract for contract in load_contracts(CONTRACTS) if _key(contract) in context.selected_asset_keys]
    taken = [_take_in(contract, warehouse, yard) for contract in asked]
    for contract, (counted, frame) in zip(asked, taken, strict=True):
        key = _key(contract)
        checks = [
            door.inspect_raw(frame, contract)._replace(asset_key=key, check_name=_acceptable(contract)),
            door.balance(contract)._replace(asset_key=key, check_name=_adds_up(contract)),
        ]
        yield dg.MaterializeResult(asset_key=key, metadata=counted, check_results=checks)


def _take_in(
    contract: Contract, warehouse: Warehouse, yard: Yard
) -> tuple[dict[str, dg.MetadataValue], pd.DataFrame | None]:
    """What there is to say of a feed now, and the profile of what came; None when nothing did."""
    with warehouse.connect() as connection:
        received = receive(connection, contract, _files(connection, contract), yard)
        frame = profile(connection, contract, warehouse.run_id) if received.rows_loaded else None
        (rows,) = connection.execute(f"select count(*) from {contract.relation}").fetchone() or (0,)
    counted = {
        "dagster/row_count": rows,
        "files": received.files,
        "rows_read": received.rows_read,
        "rows_loaded": received.rows_loaded,
        "rows_quarantined": received.rows_quarantined,
        "rows_duplicate": received.rows_duplicate,
    }
    return {name: dg.MetadataValue.int(count) for name, count in counted.items()}, frame


def _files(connection: duckdb.DuckDBPyConnection, contract: Contract) -> list[InboxFile]:
    """The feed's files as the inbox asset of this run saw them, in the order in which they count."""
    rows = connection.execute(
        """
        select path, delivery_date, size_bytes from ops.inbox where source_system = ? and feed = ?
        order by delivery_date, file_name
        """,
        [contract.system, contract.feed],
    ).fetchall()
    return [InboxFile(Path(path), contract.system, day, size, contract, "") for path, day, size in rows]


@dg.definitions
def raw() -> dg.Definitions:
    return dg.Definitions(assets=[everything_that_was_delivered, feeds_as_delivered])
