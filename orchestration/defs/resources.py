"""What assets are handed: the warehouse of their run, and the inbox."""

from pathlib import Path

import dagster as dg
from pydantic import Field

from orchestration.settings import announce, settings
from orchestration.warehouse import Warehouse


class Inbox(dg.ConfigurableResource):
    """Where deliveries lie, and which feeds (SYSTEM/FEED) somebody has said may have shrunk.

    No root means the inbox of the settings; `crm run --inbox` names another.
    """

    root: str = ""
    accept_volume: list[str] = Field(default_factory=list)

    @property
    def path(self) -> Path:
        return Path(self.root) if self.root else settings().inbox


class Limits(dg.ConfigurableResource):
    """Limits somebody has lifted for this run. `accept_merges`: of how many customers may be merged into others."""

    accept_merges: bool = False

    @property
    def dbt_variables(self) -> dict[str, float]:
        """What dbt is to be told beside the day."""
        return {"max_merged_share": 1.0} if self.accept_merges else {}


@dg.definitions
def resources() -> dg.Definitions:
    announce()
    return dg.Definitions(resources={"inbox": Inbox(), "limits": Limits(), "warehouse": Warehouse()})
