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


@dg.definitions
def resources() -> dg.Definitions:
    announce()
    return dg.Definitions(resources={"inbox": Inbox(), "warehouse": Warehouse()})
