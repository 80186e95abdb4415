"""What assets are handed: the warehouse of their run, and the inbox."""

from pathlib import Path

import dagster as dg

from orchestration.settings import announce, settings
from orchestration.warehouse import Warehouse


class Inbox(dg.ConfigurableResource):
    """Where deliveries lie. Empty means the inbox of the settings; `crm run --inbox` names another."""

    root: str = ""

    @property
    def path(self) -> Path:
        return Path(self.root) if self.root else settings().inbox


@dg.definitions
def resources() -> dg.Definitions:
    announce()
    return dg.Definitions(resources={"inbox": Inbox(), "warehouse": Warehouse()})
