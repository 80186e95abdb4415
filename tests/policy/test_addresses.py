"""One address for one thing: an asset's key is the schema and the table, in Dagster, in dbt and in the file."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from orchestration.ingestion.contracts import load_contracts
from orchestration.settings import CONTRACTS
from tests.policy.tree import CHECKOUT

KEYS = """
import json
from orchestration.dbt_build import manifest_path
from orchestration.definitions import defs
graph = defs().resolve_asset_graph()
print(json.dumps({"keys": [key.path for key in graph.get_all_asset_keys()], "manifest": str(manifest_path())}))
"""


@dataclass(frozen=True)
class House:
    """Every asset key, and the manifest from which dbt's were made."""

    keys: list[tuple[str, ...]]
    manifest: dict[str, Any]


@pytest.fixture(scope="module")
def house(quiet_environment: dict[str, str]) -> House:
    listed = subprocess.run(
        [sys.executable, "-c", KEYS], env=quiet_environment, cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert listed.returncode == 0, listed.stderr
    told = json.loads(listed.stdout.splitlines()[-1])
    manifest = json.loads(Path(told["manifest"]).read_text(encoding="utf-8"))
    return House([tuple(key) for key in told["keys"]], manifest)


def test_every_asset_is_called_by_its_schema_and_table(house: House):
    assert [key for key in house.keys if len(key) != 2] == []
    assert len(house.keys) == len(set(house.keys))


def test_every_feed_and_every_dbt_model_is_an_asset_under_its_own_address(house: House):
    models = {
        (node["schema"], node["name"])
        for node in house.manifest["nodes"].values()
        if node["resource_type"] == "model" and node["config"]["materialized"] != "ephemeral"
    }
    feeds = {tuple(contract.relation.split(".")) for contract in load_contracts(CONTRACTS)}
    assert models
    assert models | feeds <= set(house.keys)


def test_a_table_is_called_in_the_database_what_it_is_called_in_dbt(house: House):
    for node in house.manifest["nodes"].values():
        if node["resource_type"] in ("model", "seed"):
            assert (node["alias"], node["schema"]) == (node["name"], node["config"]["schema"])
    for source in house.manifest["sources"].values():
        assert (source["source_name"], source["name"]) == (source["schema"], source["identifier"])
