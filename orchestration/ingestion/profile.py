"""What the door is shown of a delivery: one row of counts and shares, computed by SQL.

No cell ever leaves the warehouse for a check. The measures are named `<column>.<measure>`.
"""

from collections.abc import Iterable

import duckdb
import pandas as pd

from orchestration.ingestion.contract_model import Column, Contract


def profile(connection: duckdb.DuckDBPyConnection, contract: Contract, run_id: str) -> pd.DataFrame | None:
    """The profile of what a run took in for one feed, as a frame of one row; None when no new row was loaded.

    `row_count` is what arrived, `quarantined_share` the share that was set aside. Files that were refused whole or held
    back are not counted: nothing is known of their rows, and they are named one by one. For every column:
    `missing_share`; for numbers `min` and `max`; for dates and times `days_after_delivery` (newest minus delivery date,
    in days) and `earliest_year`; where the contract gives a pattern, `matching_share` of the filled cells.
    """
    arrived = connection.execute(
        """
        select coalesce(sum(rows_read), 0), coalesce(sum(rows_quarantined), 0), coalesce(sum(rows_loaded), 0)
        from ops.row_conservation join ops.deliveries
            using (file_id, source_system, feed, delivery_date, file_name)
        where source_system = ? and feed = ? and run_id = ? and status = 'loaded'
        """,
        [contract.system, contract.feed, run_id],
    ).fetchone()
    if arrived is None or not arrived[2]:
        return None
    rows_read, rows_quarantined, _ = arrived
    measures = ", ".join(measure for column in contract.columns for measure in _measures(column))
    frame = connection.execute(
        f"""
        select {measures} from {contract.relation}
        where (_file_id, _delivery_date) in (
            select (file_id, delivery_date) from ops.row_conservation
            where source_system = ? and feed = ? and run_id = ?
        )
        """,
        [contract.system, contract.feed, run_id],
    ).df()
    frame.insert(0, "row_count", int(rows_read))
    frame.insert(1, "quarantined_share", rows_quarantined / rows_read)
    return frame


def _measures(column: Column) -> Iterable[str]:
    name = column.name
    filled = f"count({name}) filter (trim({name}) <> '')"
    yield f'1 - {filled} / count(*) as "{name}.missing_share"'
    if column.type in ("integer", "decimal"):
        yield f'min(try_cast({name} as double)) as "{name}.min"'
        yield f'max(try_cast({name} as double)) as "{name}.max"'
    if column.type in ("date", "timestamp"):
        moment = f"try_cast({name} as timestamp)"
        yield f'max(cast({moment} as date) - _delivery_date) as "{name}.days_after_delivery"'
        yield f'min(year({moment})) as "{name}.earliest_year"'
    if column.pattern:
        pattern = column.pattern.replace("'", "''")
        matching = f"count(*) filter (regexp_full_match(trim({name}), '{pattern}'))"
        yield f'{matching} / nullif({filled}, 0) as "{name}.matching_share"'
