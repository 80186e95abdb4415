"""Which tables are shown, what is looked for before they are, and the step from working copy to version."""

import json
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from orchestration import clock, ledger
from orchestration.dbt_build import manifest_path
from orchestration.portrait_tables import RELATIONS as PORTRAITS
from orchestration.privacy import findings
from orchestration.snapshots import MARTS, PEOPLE, Edition, SnapshotError
from orchestration.warehouse import open_database, shelf

if TYPE_CHECKING:
    import great_expectations as gx

# What people saved on the pages, counted by the daily job.
PAGES = ("marts.segment_members", "marts.saved_segments")
ML = ("ml.rfm", "ml.customer_value", "ml.churn_scores", "ml.score_reasons")
SHOWN = {"marts": MARTS, "people": PEOPLE}
VALUE_SCAN = "nothing_shown_names_a_person"

# What the door is shown of a table before it is published: narrow frames, or measures where rows are many.
FRAMES = {
    "marts.customer_360": """
        select customer_id, as_of_date, entity_type, record_count, has_ordered, recency_days, order_count, net_revenue,
            currency_code, r_score, f_score, m_score, segment, segment_8
        from marts.customer_360
    """,
    "marts.daily_business": "select * from marts.daily_business",
    "marts.fct_orders": """
        select count(*) as row_count,
            count(distinct order_id) as "order_id.distinct_count",
            count(distinct currency_code) as "currency_code.distinct_count",
            coalesce(avg((order_id is null)::int), 0) as "order_id.missing_share",
            coalesce(avg((ordered_at is null)::int), 0) as "ordered_at.missing_share",
            coalesce(avg((order_type is null)::int), 0) as "order_type.missing_share",
            coalesce(avg((currency_code is null)::int), 0) as "currency_code.missing_share",
            coalesce(avg((order_type not in ('sale', 'adjustment', 'cancelled', 'unpaid'))::int), 0)
                as unknown_type_share,
            coalesce(avg((is_guest is distinct from (customer_id is null))::int), 0) as unmarked_guest_share,
            count(*) filter (is_sale) as sale_count,
            coalesce(avg((net_revenue is null)::int) filter (is_sale), 0) as "sale.net_revenue.missing_share",
            coalesce(avg((shipping_amount is null)::int) filter (is_sale), 0) as "sale.shipping_amount.missing_share",
            coalesce(avg((line_count is null)::int) filter (is_sale), 0) as "sale.line_count.missing_share",
            coalesce(avg((item_count is null)::int) filter (is_sale), 0) as "sale.item_count.missing_share",
            coalesce(avg((net_revenue < 0)::int) filter (is_sale), 0) as "sale.negative_share",
            coalesce(avg((customer_id is null)::int) filter (is_sale), 0) as "sale.guest_share"
        from (select *, order_type = 'sale' as is_sale from marts.fct_orders)
    """,
}


@dataclass(frozen=True)
class Work:
    """A finished working copy: its folder, the day it speaks for, the run that wrote it."""

    folder: Path
    as_of_date: date
    run_id: str


def published_relations() -> dict[str, str]:
    """relation -> file, for everything that readers get: dbt nodes that say so, the model outputs, the books."""
    nodes = json.loads(manifest_path().read_text(encoding="utf-8"))["nodes"].values()
    shown = {
        f"{node['schema']}.{node['name']}": SHOWN[node["config"]["meta"]["publish"]]
        for node in nodes
        if node["config"].get("meta", {}).get("publish")
    }
    ours = (*ML, *PORTRAITS, *PAGES, *ledger.PUBLISHED)
    return shown | dict.fromkeys(ours, MARTS) | {"marts.customer_search": PEOPLE}


def suite_of(relation: str) -> "gx.ExpectationSuite":
    """What a published table is held to."""
    suite: gx.ExpectationSuite = import_module(f"expectations.suites.published_{relation.partition('.')[2]}").suite()
    return suite


def look_over(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What speaks against showing the nameless tables of a working copy: sentences without values."""
    return findings(connection, [relation for relation, file in published_relations().items() if file == MARTS])


def publish(work: Work) -> str:
    """Publish a working copy that has been looked over; returns the version.

    Raises:
        SnapshotError: a file is not whole. Nothing was published.
    """
    with open_database(work.folder / "core.duckdb") as connection:
        checks = _checks(connection, work.run_id)
        ledger.end_run(connection, work.run_id)
        gates = connection.execute("select model, gate from ops.model_runs where run_id = ?", [work.run_id]).fetchall()
    return shelf().publish(
        work.folder,
        Edition(work.as_of_date, work.run_id, clock.now(), published_relations(), checks, dict(gates)),
    )


def refuse_if(found: list[str]) -> None:
    """Raise what `look_over` found.

    Raises:
        SnapshotError: something was found.
    """
    if found:
        raise SnapshotError(
            "Nothing was published: nameless tables hold what looks like personal values. " + "; ".join(found)
        )


def _checks(connection: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, int]:
    counted = connection.execute(
        "select count(*) filter (passed), count(*) filter (not passed) from ops.quality_results where run_id = ?",
        [run_id],
    ).fetchone()
    passed, failed = counted or (0, 0)
    return {"passed": passed, "failed": failed}
