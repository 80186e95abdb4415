"""Value and churn: the logs of orders and visits to models_ml, their answers, reasons and cards into tables and books.

One asset function for three tables, because they stand on one forecast. Every run scores; the model is trained anew
when none stands (`shelf`), or when customers have drifted from it.
"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
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
    from models_ml.forecast import Forecast
    from models_ml.gate import Decision
    from models_ml.order_log import OrderLog
    from models_ml.training import Training

NAME, HORIZON_DAYS = "outlook", 90
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
# A visit counts from the day on which it was known whose it was.
VISITS = """
    select distinct
        customer_id,
        cast(started_at as date) as visit_date,
        cast(case when identified_at > started_at then identified_at else started_at end as date) as known_date
    from marts.fct_sessions
    where customer_id is not null and started_at < date '{day}' and identified_at < date '{day}'
        and started_at >= date '{since}'
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
    from models_ml.refusal import Refused

    day = as_of_date(context)
    try:
        kept, found = _scored(warehouse, day)
    except Refused as why:
        for model in ("value", "churn"):
            entry = ModelRun(model, day, 0, "{}", "refused", f"{why.en} {why.zh}", card_en=why.en, card_zh=why.zh)
            enter(warehouse, entry)
        tables = {name: pd.DataFrame(columns=list(columns)) for name, columns in _columns().items()}
    else:
        tables = _written(warehouse, day, kept, found)
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


def _scored(warehouse: Warehouse, day: date) -> tuple[shelf.Kept, "Forecast"]:
    """The model that scores the day, and its forecast."""
    from models_ml.forecast import Model, score
    from models_ml.health import BACK
    from models_ml.order_log import order_log
    from models_ml.visits import RECENT

    orders = warehouse.read(LOG.format(day=day))
    lately = day - timedelta(RECENT + BACK)  # how far a score, and that of 30 days ago, looks back
    log = order_log(orders, warehouse.read(VISITS.format(day=day, since=lately)))
    told = shelf.definition(LOG, VISITS, HORIZON_DAYS, settings().currency)

    def trained(on: date) -> shelf.Kept:
        visits = warehouse.read(VISITS.format(day=on, since=log.first_day.date()))
        earlier = order_log(orders[orders["ordered_at"] < pd.Timestamp(on)], visits)
        return shelf.put(warehouse, NAME, told, on, _trained(warehouse, earlier, on))

    def scored(kept: shelf.Kept) -> "Forecast":
        return score(Model.from_dict(kept.parameters["model"]), log, pd.Timestamp(day))

    begins = shelf.training_day(day)
    kept = shelf.standing(warehouse, shelf.Wanted(NAME, told, begins, day)) or trained(begins)
    found = scored(kept)
    if found.has_drifted:
        kept = trained(day)
        found = scored(kept)
    return kept, found


def _trained(warehouse: Warehouse, log: "OrderLog", day: date) -> dict[str, Any]:
    """A model of a log that ends before a day, and what the books say of it."""
    from models_ml.cards import churn_card, value_card
    from models_ml.training import PLAIN, Plan, train

    standing = standing_rung(warehouse, "churn", day) or PLAIN, standing_rung(warehouse, "value", day) or ""
    learnt = train(Plan(log, pd.Timestamp(day), HORIZON_DAYS, *standing))
    return {
        "model": learnt.model.to_dict(),
        "value": _measured(learnt, learnt.value_decision, value_card(learnt)) | {"season": learnt.model.value.season},
        "churn": _measured(learnt, learnt.churn_decision, churn_card(learnt))
        | {
            "season": learnt.model.season.source,
            "back_test": outlook_tables.back_test(learnt.churn_decision.cutoffs[0], learnt.listed),
        },
    }


def _measured(learnt: "Training", decision: "Decision", card: "Card") -> dict[str, Any]:
    best = decision.published and decision.measures and decision.measures[0].candidate == decision.published
    return {
        "gate": "passed" if best else "fallback" if decision.passed else "refused",
        "gate_reason": f"{' '.join(decision.reasons_en)} {''.join(decision.reasons_zh)}",
        "rung": decision.published or "",
        "rival": decision.rival,
        "cutoffs": decision.cutoffs,
        "metrics": outlook_tables.measures(decision),
        "calibration": outlook_tables.calibration(decision),
        "card_en": card.en,
        "card_zh": card.zh,
    }


def _written(warehouse: Warehouse, day: date, kept: shelf.Kept, found: "Forecast") -> dict[str, pd.DataFrame]:
    """The tables of a forecast, and both models in the books: scored today, with what was measured in training."""
    from dataclasses import asdict, replace

    from models_ml.cards import Card, on

    about = outlook_tables.Day(day, settings().currency)
    value = outlook_tables.value_rows(found, about)
    churn, reasons = outlook_tables.churn_rows(found, about)
    parameters = json.dumps({"sha256": kept.sha256, "trained_on": kept.trained_on.isoformat()})
    for model, frame in (("value", value), ("churn", churn)):
        told = dict(kept.parameters[model])
        card = on(Card(told.pop("card_en"), told.pop("card_zh")), day, kept.trained_on, settings().train_every_days)
        run = ModelRun(model, day, len(frame), parameters, told.pop("gate"), told.pop("gate_reason"), **told)
        run = replace(run, trained_on=kept.trained_on, drift=tuple(asdict(one) for one in found.moved))
        frame["model_run_id"] = run.model_run_id
        enter(warehouse, replace(run, card_en=card.en, card_zh=card.zh))
    return {"customer_value": value, "churn_scores": churn, "score_reasons": reasons}
