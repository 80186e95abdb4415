"""Value and churn: the log of orders to models_ml, their answers, reasons and cards into tables and books.

One asset function for three tables, because they stand on one forecast: its cutoffs are prepared once.
"""

import json
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import dagster as dg
import pandas as pd

from orchestration import outlook_tables, shelf
from orchestration.door import Door
from orchestration.model_runs import ModelRun, enter, standing_rung
from orchestration.partitions import days, one_by_one
from orchestration.settings import settings
from orchestration.warehouse import Warehouse, as_of_date

if TYPE_CHECKING:
    from models_ml.cards import Card
    from models_ml.forecast import Forecast, Plan
    from models_ml.gate import Decision

HORIZON_DAYS = 90
KEYS = {name: dg.AssetKey(["ml", name]) for name in ("customer_value", "churn_scores", "score_reasons")}
# Stands for the orders and refunds it is made of: what depends on those waits for the check that looks at everything
# shown, and that check waits for us.
AFTER = [["marts", "customer_features"]]
FIT = {
    "customer_value": ("customer_value_is_fit_to_publish", "Every buyer once, amounts finite, intervals in order."),
    "churn_scores": ("churn_scores_are_fit_to_publish", "Every buyer once, probabilities in [0, 1], known rungs only."),
}
LOG = """
    select customer_id, ordered_at, cast(net_revenue as double) as amount from marts.fct_orders
    where order_type = 'sale' and customer_id is not null and ordered_at < date '{day}'
    union all
    select customer_id, refunded_at, -cast(refund_amount as double) from marts.fct_refunds
    where customer_id is not null and refund_amount > 0 and refunded_at < date '{day}'
"""


@dg.multi_asset(
    name="outlook",
    specs=[
        dg.AssetSpec(key, deps=AFTER, group_name="ml", kinds={"numpy"}, owners=["team:marketing"], description=text)
        for key, text in zip(
            KEYS.values(),
            (
                "One row per customer who ever bought: orders and net revenue expected, with an 80 % interval.",
                "One row per customer who ever bought: the probability of no order within the horizon, and why.",
                "The strongest reasons of every churn score, additive in log-odds, in English and Chinese.",
            ),
            strict=True,
        )
    ],
    check_specs=[
        dg.AssetCheckSpec(name, asset=KEYS[table], blocking=True, description=text)
        for table, (name, text) in FIT.items()
    ],
    partitions_def=days,
    backfill_policy=one_by_one,
)
def outlook(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    from models_ml.forecast import forecast
    from models_ml.refusal import Refused

    day = as_of_date(context)
    try:
        plan = _plan(warehouse, day)
        found = forecast(plan)
    except Refused as why:
        for model in ("value", "churn"):
            entry = ModelRun(model, day, 0, "{}", "refused", f"{why.en} {why.zh}", card_en=why.en, card_zh=why.zh)
            enter(warehouse, entry)
        tables = {name: pd.DataFrame(columns=list(columns)) for name, columns in _columns().items()}
    else:
        tables = _written(warehouse, day, plan, found)
    for name, columns in _columns().items():
        rows = warehouse.replace(f"ml.{name}", tables[name], columns)
        yield dg.MaterializeResult(asset_key=KEYS[name], metadata={"dagster/row_count": rows})
    for name, (check, _) in FIT.items():
        frame = None if tables[name].empty else tables[name]
        result = Door(warehouse, day).inspect(frame, f"ml_{name}", f"ml.{name}")
        yield result._replace(check_name=check, asset_key=KEYS[name])


def _columns() -> dict[str, dict[str, str]]:
    return {
        "customer_value": outlook_tables.VALUE,
        "churn_scores": outlook_tables.CHURN,
        "score_reasons": outlook_tables.REASONS,
    }


def _plan(warehouse: Warehouse, day: date) -> "Plan":
    from models_ml.forecast import PLAIN, Plan
    from models_ml.order_log import order_log

    standing = standing_rung(warehouse, "churn", day) or PLAIN
    return Plan(order_log(warehouse.read(LOG.format(day=day))), pd.Timestamp(day), HORIZON_DAYS, standing)


def _written(warehouse: Warehouse, day: date, plan: "Plan", found: "Forecast") -> dict[str, pd.DataFrame]:
    """The tables of a forecast, their parameters on the shelf and both models in the books."""
    from models_ml.cards import churn_card, value_card

    ids = plan.log.customer_ids[found.cut.known.customers]
    about = outlook_tables.Day(day, HORIZON_DAYS, settings().currency)
    value = outlook_tables.value_rows(found, ids, about)
    churn, reasons = outlook_tables.churn_rows(plan, found, about)
    timing = {"family": found.cut.timing.family, "parts": [vars(part) for part in found.cut.timing.model.parts]}
    spend = vars(found.cut.spend) if found.cut.spend else None
    kept: dict[str, dict[str, Any]] = {
        "value": {"timing": timing, "spend": spend, "value": found.value.to_dict()},
        "churn": {"timing": timing, "ladder": found.ladder.to_dict(), "season": vars(found.season)},
    }
    for model, frame, decision, card in (
        ("value", value, found.value_decision, value_card(plan, found)),
        ("churn", churn, found.churn_decision, churn_card(plan, found)),
    ):
        digest = shelf.put(model, day, kept[model])
        run = _entry(ModelRun(model, day, len(frame), json.dumps({"sha256": digest}), "", ""), found, decision, card)
        frame["model_run_id"] = run.model_run_id
        enter(warehouse, run)
    return {"customer_value": value, "churn_scores": churn, "score_reasons": reasons}


def _entry(run: ModelRun, found: "Forecast", decision: "Decision", card: "Card") -> ModelRun:
    from dataclasses import asdict, replace

    best = decision.published and decision.measures and decision.measures[0].candidate == decision.published
    told: dict[str, Any] = {
        "gate": "passed" if best else "fallback" if decision.passed else "refused",
        "gate_reason": " ".join(decision.reasons_en),
        "rung": decision.published or "",
        "rival": decision.rival,
        "cutoffs": decision.cutoffs,
        "metrics": outlook_tables.measures(decision),
        "calibration": outlook_tables.calibration(decision),
        "drift": tuple(asdict(one) for one in found.moved),
        "back_test": outlook_tables.back_test(found) if run.model == "churn" else (),
        "season": found.season.source if run.model == "churn" else found.value.season,
        "card_en": card.en,
        "card_zh": card.zh,
    }
    return replace(run, **told)
