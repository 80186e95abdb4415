"""Every vendor named has a contract, and a file as that vendor writes it comes in by name and header alone."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.ingestion.contracts import CATALOGUE, load_contracts
from orchestration.ingestion.inbox import InboxFile, read_head
from orchestration.ingestion.receive import Yard, receive
from orchestration.ingestion.recognition import find
from orchestration.settings import CONTRACTS
from tests.orchestration.ingestion.faithful import crm, marketplaces, shops, support_and_behaviour, templates
from tests.orchestration.ingestion.faithful.export import Faithful
from tests.orchestration.ingestion.intake import DAY, warehouse

EXPORTS = [
    export for source in (crm, shops, marketplaces, support_and_behaviour, templates) for export in source.EXPORTS
]
EVERY = [*load_contracts(CONTRACTS), *load_contracts(CATALOGUE)]
VENDORS = {
    "salesforce": "contacts",
    "hubspot": "contacts companies deals tickets",
    "dynamics": "contacts opportunities",
    "shopify": "orders customers",
    "woocommerce": "orders",
    "stripe": "payments",
    "tmall": "orders order_items",
    "jd": "orders",
    "pinduoduo": "orders",
    "douyin": "orders",
    "youzan": "customers orders",
    "zendesk": "tickets",
    "freshdesk": "tickets",
    "segment": "events",
    "rudderstack": "events",
    "snowplow": "events",
    "ga4": "events",
    "generic": "contacts orders order_lines tickets events campaign_costs quotes contracts staff goals points coupons "
    "surveys",
}


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with warehouse() as connection:
        yield connection


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.title)
def test_a_faithful_export_means_what_it_should(
    export: Faithful, connection: duckdb.DuckDBPyConnection, tmp_path: Path
):
    path = tmp_path / export.name
    path.write_bytes(export.content)
    system = export.contract.partition("/")[0]
    fit = find([contract for contract in EVERY if contract.system == system], read_head(path))
    assert fit is not None
    assert fit.contract.name == export.contract
    connection.execute("delete from ops.quarantine; delete from ops.deliveries; delete from ops.row_conservation")
    connection.execute(f"drop table if exists {fit.contract.relation}")
    file = InboxFile(path, system, DAY, len(export.content), fit.contract, "")
    received = receive(connection, fit.contract, [file], Yard(tmp_path / "a", tmp_path / "s", "run-1", DAY))
    set_aside = connection.execute("select row_number, rule, column_name from ops.quarantine order by all").fetchall()
    assert set_aside == export.set_aside
    assert received.is_balanced
    assert received.rows_loaded == len(export.rows)
    assert connection.execute("select encoding from ops.deliveries").fetchall() == [(export.encoding,)]
    cells = ", ".join(export.rows[0])
    found = connection.execute(f"select {cells} from {fit.contract.relation} order by _row_number").fetchall()
    assert found == [tuple(row.values()) for row in export.rows]


def test_every_vendor_that_is_promised_has_a_contract_and_a_faithful_file():
    promised = {f"{system}/{feed}" for system, feeds in VENDORS.items() for feed in feeds.split()}
    assert promised <= {contract.name for contract in EVERY}
    # Shopify's orders and Tmall's items stand in test_vendors.
    assert promised - {export.contract for export in EXPORTS} == {"shopify/orders", "tmall/order_items"}
