"""Portraits: lifecycle, tiers, loyalty, personas, preferences, trust, health, what comes next, leads, forecast.

One step for all of them: Dagster asks for half a second a step, and each takes a fraction of that.
"""

import json
from collections.abc import Iterator
from dataclasses import replace

import dagster as dg
import pandas as pd

from expectations.suites.ml_portraits import MEASURES
from orchestration.door import Door
from orchestration.model_runs import ModelRun, enter
from orchestration.partitions import days, one_by_one
from orchestration.portrait_inputs import Inputs
from orchestration.portrait_models import MODELS, Told
from orchestration.portrait_tables import RELATIONS, TABLES, columns_of
from orchestration.warehouse import Warehouse, as_of_date

# fct_orders is read too, and stands before customer_features: if named here, the blocking check of what is shown, which
# comes after customer_360, would have to come before the portraits that customer_360 holds.
READ = (
    *("marts.customer_features", "marts.fct_order_lines", "marts.fct_refunds"),
    *("marts.dim_products", "marts.fct_tickets", "marts.fct_leads", "ml.churn_scores"),
)


def _key(relation: str) -> dg.AssetKey:
    return dg.AssetKey(relation.split("."))


def _fit(relation: str) -> str:
    return f"{relation.partition('.')[2]}_are_fit_to_publish"


@dg.multi_asset(
    name="portraits",
    specs=[
        dg.AssetSpec(
            _key(relation),
            deps=[_key(source) for source in READ],
            group_name="ml",
            kinds={"pandas"},
            owners=["team:marketing"],
            description=f"Written by the model {model}.",
        )
        for model, tables in TABLES.items()
        for relation in tables
    ],
    check_specs=[
        dg.AssetCheckSpec(
            _fit(relation), asset=_key(relation), blocking=True, description="No row that must not be is counted."
        )
        for relation in RELATIONS
    ],
    partitions_def=days,
    backfill_policy=one_by_one,
)
def portraits(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
    day = as_of_date(context)
    inputs = Inputs(warehouse, day)
    rows: dict[str, int] = {}
    for model in MODELS:
        rows |= _publish(model, inputs)
    broken = _broken(Door(warehouse, day))
    for relation in RELATIONS:
        names = broken.get(relation.partition(".")[2], [])
        yield dg.MaterializeResult(
            asset_key=_key(relation),
            metadata={"dagster/row_count": rows[relation]},
            check_results=[
                dg.AssetCheckResult(
                    asset_key=_key(relation), check_name=_fit(relation), passed=not names, metadata={"broken": names}
                )
            ],
        )


def _publish(model: str, inputs: Inputs) -> dict[str, int]:
    """Run one model, write its tables and its line in the books; rows by relation."""
    from models_ml.portrait_cards import card
    from models_ml.refusal import Refused

    gate, remarks = "passed", ("", "")
    try:
        told = MODELS[model](inputs)
        gate, remarks = told.gate, told.remarks
    except Refused as error:
        told = Told({relation: pd.DataFrame() for relation in TABLES[model]})
        gate, remarks = "refused", (error.en, error.zh)
    en, zh = card(model, remarks)
    parameters = json.dumps(told.parameters, sort_keys=True, default=str)
    run = ModelRun(
        model, inputs.day, 0, parameters, gate, " ".join(remarks).strip(), metrics=told.metrics, card_en=en, card_zh=zh
    )
    rows = {}
    for relation in TABLES[model]:
        frame = _framed(told.frames[relation], relation, run.model_run_id)
        rows[relation] = inputs.warehouse.replace(relation, frame, columns_of(relation))
    first = rows[next(iter(TABLES[model]))]
    enter(inputs.warehouse, replace(run, rows=first, rung=told.rung, trained_on=told.trained_on))
    return rows


def _framed(frame: pd.DataFrame, relation: str, model_run_id: str) -> pd.DataFrame:
    columns = list(columns_of(relation))
    if "model_run_id" in columns:
        frame = frame.assign(model_run_id=model_run_id)
    return frame.reindex(columns=columns)


def _broken(door: Door) -> dict[str, list[str]]:
    """Measure all tables in one statement and hold the measures against the suite; broken checks by table."""
    parts = [
        "select " + ", ".join(f'{sql} as "{table}.{name}"' for name, sql in measures.items()) + f" from ml.{table}"
        for table, measures in MEASURES.items()
    ]
    measured = door.warehouse.read("select * from " + " cross join ".join(f"({part})" for part in parts))
    result = door.inspect(measured, "ml_portraits", "ml.portraits")
    found: dict[str, list[str]] = {}
    for name in result.metadata["broken"].value:  # type: ignore[union-attr]
        found.setdefault(str(name).partition("(")[2].partition(".")[0], []).append(str(name))
    return found


@dg.definitions
def portrait_assets() -> dg.Definitions:
    return dg.Definitions(assets=[portraits])
