"""The dbt project as dbt's own manifest describes it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Project:
    """dbt's manifest of a project compiled for `warehouse`, with an empty file behind it."""

    manifest: dict[str, Any]

    @property
    def nodes(self) -> list[dict[str, Any]]:
        """Models and seeds of this project."""
        return [node for node in self.manifest["nodes"].values() if node["resource_type"] in ("model", "seed")]

    @property
    def models(self) -> list[dict[str, Any]]:
        return [node for node in self.nodes if node["resource_type"] == "model"]

    @property
    def sql_models(self) -> list[dict[str, Any]]:
        """All models but those in Python, which call the identity engine."""
        return [model for model in self.models if model["language"] == "sql"]

    @property
    def sources(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = self.manifest["sources"]
        return found

    def published_to(self, file: str) -> list[dict[str, Any]]:
        """What readers get in `marts` or in `people`."""
        return [node for node in self.nodes if node["config"]["meta"].get("publish") == file]


def label(node: dict[str, Any]) -> str:
    """schema.table"""
    return f"{node['schema']}.{node['name']}"
