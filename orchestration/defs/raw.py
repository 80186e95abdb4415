"""The yard: what every source system delivered, copied and not interpreted, one asset a feed."""

import dagster as dg

from orchestration import ledger
from orchestration.defs.resources import Inbox
from orchestration.door import Door, conservation_results
from orchestration.ingestion.contracts import Contract, load_contracts
from orchestration.ingestion.inbox import InboxFile, scan
from orchestration.ingestion.profile import profile
from orchestration.ingestion.receive import Yard, receive
from orchestration.partitions import days
from orchestration.settings import CONTRACTS, settings
from orchestration.warehouse import Warehouse, as_of_date

INBOX = dg.AssetKey(["ops", "inbox"])


@dg.asset(key=INBOX, group_name="yard", partitions_def=days, kinds={"duckdb"})
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
    return {"path": str(file.path), "feed": file.contract.feed if file.contract else None}


def _raw_asset(contract: Contract) -> dg.AssetsDefinition:
    schema, table = contract.relation.split(".")

    @dg.asset(
        key=[schema, table],
        group_name="raw",
        deps=[INBOX],
        partitions_def=days,
        kinds={"duckdb"},
        description=contract.description,
        owners=[f"team:{contract.owner}"],
        metadata={"contract": contract.name, "domain": contract.domain},
    )
    def raw(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
        day = as_of_date(context)
        home = settings()
        yard = Yard(home.archive, home.work / "decoded", warehouse.run_id, day)
        with warehouse.connect() as connection:
            received = receive(connection, contract, _files(connection, contract), yard)
            rows = connection.execute(f"select count(*) from {contract.relation}").fetchone()
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": rows[0] if rows else 0,
                "files": received.files,
                "rows_read": received.rows_read,
                "rows_loaded": received.rows_loaded,
                "rows_quarantined": received.rows_quarantined,
                "rows_duplicate": received.rows_duplicate,
            }
        )

    return raw


def _files(connection, contract: Contract) -> list[InboxFile]:
    """The feed's files as the inbox asset of this run saw them, in the order in which they count."""
    from pathlib import Path

    rows = connection.execute(
        """
        select path, delivery_date, size_bytes from ops.inbox where source_system = ? and feed = ?
        order by delivery_date, file_name
        """,
        [contract.system, contract.feed],
    ).fetchall()
    return [InboxFile(Path(path), contract.system, day, size, contract, "") for path, day, size in rows]


def _door(contract: Contract, asset: dg.AssetsDefinition) -> dg.AssetChecksDefinition:
    @dg.asset_check(asset=asset, name=f"{contract.feed}_are_acceptable", blocking=True)
    def acceptable(context: dg.AssetCheckExecutionContext, warehouse: Warehouse) -> dg.AssetCheckResult:
        """Great Expectations looks at the profile of what came today."""
        with warehouse.connect() as connection:
            frame = profile(connection, contract, warehouse.run_id)
        door = Door(warehouse, as_of_date(context))
        return door.inspect(frame, f"raw_{contract.system}_{contract.feed}", contract.relation)

    return acceptable


def _books(contract: Contract, asset: dg.AssetsDefinition) -> dg.AssetChecksDefinition:
    @dg.asset_check(asset=asset, name=f"{contract.feed}_add_up", blocking=True)
    def add_up(context: dg.AssetCheckExecutionContext, warehouse: Warehouse) -> dg.AssetCheckResult:
        """Rows read = loaded + quarantined + duplicate, for every delivery of this run."""
        return conservation_results(warehouse, contract, as_of_date(context))

    return add_up


def _feed(contract: Contract) -> tuple[dg.AssetsDefinition, list[dg.AssetChecksDefinition]]:
    asset = _raw_asset(contract)
    return asset, [_door(contract, asset), _books(contract, asset)]


@dg.definitions
def raw() -> dg.Definitions:
    feeds = [_feed(contract) for contract in load_contracts(CONTRACTS)]
    return dg.Definitions(
        assets=[everything_that_was_delivered, *(asset for asset, _ in feeds)],
        asset_checks=[check for _, checks in feeds for check in checks],
    )
