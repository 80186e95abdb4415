"""What a run needs from this machine, looked at one by one, each with the cure."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

from orchestration.dbt_build import DbtError, manifest_path
from orchestration.ingestion.contracts import ContractError, load_contracts
from orchestration.lock import current_holder
from orchestration.settings import CONTRACTS, settings
from orchestration.snapshots import CORE
from orchestration.warehouse import shelf

PACKAGES = ("dagster", "dbt-core", "dbt-duckdb", "duckdb", "great-expectations", "streamlit", "pandas")
FREE_GB = 2.0


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    is_well: bool
    sentence: str


def examine() -> list[Finding]:
    """Look at everything; nothing is changed."""
    looks: list[Callable[[], Finding]] = [_python, _packages, _data, _disk, _contracts, _dbt, _lock, _published]
    return [look() for look in looks]


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    return Finding(sys.version_info >= (3, 11), f"Python {found}; 3.11 or newer is needed.")


def _packages() -> Finding:
    return Finding(True, ", ".join(f"{name} {version(name)}" for name in PACKAGES))


def _data() -> Finding:
    inbox = settings().inbox
    if inbox.is_dir():
        return Finding(True, f"The inbox is {inbox}.")
    return Finding(False, f"There is no inbox at {inbox}. Make it, or set CRM_DATA in .env.")


def _disk() -> Finding:
    here = settings().data
    while not here.exists():
        here = here.parent
    free, version_now = shutil.disk_usage(here).free / 1e9, shelf().current()
    core = settings().published / version_now / CORE if version_now else None
    needed = max(FREE_GB, 2.5 * core.stat().st_size / 1e9) if core else FREE_GB
    return Finding(free >= needed, f"{free:.1f} GB of disk are free; a run needs about {needed:.1f} GB.")


def _contracts() -> Finding:
    try:
        return Finding(True, f"{len(load_contracts(CONTRACTS))} contracts are valid.")
    except ContractError as error:
        return Finding(False, str(error))


def _dbt() -> Finding:
    try:
        manifest_path()
    except DbtError as error:
        return Finding(False, str(error))
    return Finding(True, "The dbt project parses.")


def _lock() -> Finding:
    holder = current_holder(settings().work)
    if holder is None:
        return Finding(True, "Nobody is writing the warehouse.")
    return Finding(True, f"{holder.purpose} is writing the warehouse (process {holder.pid}).")


def _published() -> Finding:
    current, versions = shelf().current(), shelf().versions()
    if current is None:
        return Finding(False, "Nothing has been published yet. Run: crm run")
    if current not in versions:
        return Finding(False, f"The pointer names version {current}, which is not there. Run: crm rollback VERSION")
    return Finding(True, f"Version {current} is published; {len(versions)} versions are kept.")
