"""A dbt-duckdb plugin: holds the warehouse's lock while somebody runs `dbt build --target warehouse` by hand.

A run of Dagster holds the lock itself and says so by setting CRM_WAREHOUSE; then there is nothing to do.
"""

import atexit
import os
from contextlib import ExitStack
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin


class Plugin(BasePlugin):
    def initialize(self, plugin_config: dict[str, Any]) -> None:
        if "CRM_WAREHOUSE" not in os.environ:
            from orchestration.by_hand import take_the_warehouse

            stack = ExitStack()
            stack.enter_context(take_the_warehouse())
            atexit.register(stack.close)
