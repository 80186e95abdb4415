"""What follows from the contracts is committed as it follows from them now."""

import yaml

from orchestration.ingestion.contracts import load_contracts
from orchestration.ingestion.generated import generated_files, sources_yaml, written_before
from orchestration.settings import CONTRACTS

CURE = "Run: python -m orchestration.ingestion.generated"


def test_what_is_committed_is_what_the_contracts_say():
    files = generated_files()
    stale = [path.name for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    assert stale == [], CURE
    assert set(written_before()) == set(files), CURE


def test_every_personal_column_of_a_contract_is_tagged_where_dbt_reads_it():
    for contract in load_contracts(CONTRACTS):
        (source,) = yaml.safe_load(sources_yaml(contract.system, [contract]))["sources"]
        (table,) = source["tables"]
        assert f"{source['name']}.{table['name']}" == contract.relation
        tags = {
            column["name"]: column.get("config", {}).get("meta", {}).get("pii", "none") for column in table["columns"]
        }
        assert {name: tag for name, tag in tags.items() if not name.startswith("_")} == {
            column.name: column.pii for column in contract.columns
        }
        # What cleaning changed is kept beside the cells, personal ones included.
        personal = {tag for name, tag in tags.items() if not name.startswith("_")} - {"none"}
        assert (tags["_as_arrived"] in personal) if personal else (tags["_as_arrived"] == "none")
