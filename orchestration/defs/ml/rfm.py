"""RFM: hand the features to models_ml, put the answer and its thresholds on the shelf."""

import json

import dagster as dg
import pandas as pd

from orchestration.door import Door
from orchestration.model_runs import ModelRun, enter
from orchestration.partitions import days, one_by_one
from orchestration.warehouse import Warehouse, as_of_date

KEY = dg.AssetKey(["ml", "rfm"])
FIT = "rfm_is_fit_to_publish"
NOBODY = "Nobody has bought anything before this day."
COLUMNS = {
    "customer_id": "varchar",
    "as_of_date": "date",
    "recency_days": "integer",
    "order_count": "bigint",
    "net_revenue": "decimal(18, 2)",
    "currency_code": "varchar",
    "r_score": "integer",
    "f_score": "integer",
    "m_score": "integer",
    "segment": "varchar",
    "segment_8": "varchar",
    "model_run_id": "varchar",
}


@dg.asset(
    key=KEY,
    deps=[["marts", "customer_features"]],
    group_name="ml",
    partitions_def=days,
    backfill_policy=one_by_one,
    kinds={"pandas"},
    owners=["team:marketing"],
    check_specs=[
        dg.AssetCheckSpec(
            FIT, asset=KEY, blocking=True, description="Every customer once, scores from 1 to 5, known segments only."
        )
    ],
)
def rfm(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    """One row per customer who has bought: recency, frequency and monetary scores, and both segment names."""
    from models_ml import rfm as model

    day = as_of_date(context)
    features = warehouse.read(f"""
        select customer_id, as_of_date, recency_days, order_count, net_revenue, currency_code
        from marts.customer_features where order_count >= 1 and as_of_date = date '{day}'
    """)
    if features.empty:
        scores, parameters, gate = pd.DataFrame(columns=list(COLUMNS)), "{}", NOBODY
    else:
        thresholds = model.train(features)
        scores, gate = model.score(thresholds, features), ""
        parameters = json.dumps(thresholds.to_dict(), sort_keys=True)
    entry = ModelRun("rfm", day, len(scores), parameters, "refused" if gate else "passed", gate, rung="rfm")
    scores["model_run_id"] = entry.model_run_id
    rows = warehouse.replace("ml.rfm", scores, COLUMNS)
    enter(warehouse, entry)
    fit = Door(warehouse, day).inspect(None if scores.empty else scores, "ml_rfm", "ml.rfm")
    return dg.MaterializeResult(
        metadata={"dagster/row_count": rows, "model_run_id": entry.model_run_id},
        check_results=[fit._replace(check_name=FIT)],
    )
