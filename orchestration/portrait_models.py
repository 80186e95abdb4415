"""From inputs to portraits: which model makes which table, and what is noted of it. No Dagster, no writing.

A model that has too little data gives its sentence instead of rows: its tables stay empty and `ops.model_runs` says
why."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

import pandas as pd

from orchestration import shelf
from orchestration.portrait_inputs import (
    CHANCES,
    CONDUCT,
    DAILY,
    HABITS,
    LEADS,
    PURCHASES,
    TASTES,
    Inputs,
    trust_overrides,
)

SEED = 7
FLOW_DAYS = 365
SEASON, AHEAD = 12, 3  # months


@dataclass(frozen=True)
class Told:
    """What one model made: frames by relation, the numbers it was made with, and what the books say of it (`ModelRun`);
    `remarks` in English and Chinese; `trained_on`: for which day, where it was not for this one."""

    frames: Mapping[str, pd.DataFrame]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[str, str] = ("", "")
    metrics: tuple[dict[str, Any], ...] = ()
    gate: str = "passed"
    rung: str = ""
    trained_on: date | None = None


def named_segments(inputs: Inputs) -> Told:
    from models_ml import named_segments as model
    from models_ml import rfm
    from models_ml.refusal import Refused

    log = model.Log(inputs.history, inputs.refunds, "of the house")
    try:
        scores = model.score(log, inputs.day)
    except rfm.NobodyHasBought as nobody:
        raise Refused(str(nobody), "尚无任何客户下单，没有可以比较的对象。") from nobody
    return Told({"ml.named_segments": scores}, {"warm_up_days": model.WARM_UP})


def lifecycle(inputs: Inputs) -> Told:
    from models_ml import lifecycle as model

    stages = model.score(inputs.history, inputs.day)
    first = inputs.day - timedelta(FLOW_DAYS - 1)
    flows = model.flows(inputs.history, first, inputs.day)
    frames = {
        "ml.lifecycle": stages,
        "ml.lifecycle_spells": model.stage_spells(inputs.history, inputs.refunds, first, inputs.day),
        "ml.lifecycle_flows": flows,
        "ml.aarrr": model.aarrr(inputs.history, flows),
    }
    rules = {"declines_after": model.DECLINES_AFTER, "lost_after": model.LOST_AFTER, "mature_from": model.MATURE_FROM}
    return Told(frames, rules)


def value_tiers(inputs: Inputs) -> Told:
    from models_ml import loyalty as loyal
    from models_ml import tiers as model
    from models_ml.refusal import Refused

    told = model.score(inputs.history, inputs.refunds, inputs.day)
    edges = [told.edges]
    try:
        edges.append(loyal.score(inputs.history, inputs.day).edges)
    except Refused:
        edges.append(told.edges.head(0))
    frames = {"ml.value_tiers": told.scores, "ml.segment_edges": pd.concat(edges)}
    return Told(frames, {"edges": _plain(told.edges), "changed_today": told.changes[inputs.day]})


def loyalty(inputs: Inputs) -> Told:
    from models_ml import loyalty as model

    told = model.score(inputs.history, inputs.day)
    return Told({"ml.loyalty": told.scores}, {"edges": _plain(told.edges), "changed_today": told.changes[inputs.day]})


def personas(inputs: Inputs) -> Told:
    """Centres stand for a quarter, so what was fitted for its first day is kept on the shelf until the next begins."""
    from models_ml import persona as model
    from models_ml.persona_words import honesty, profiles

    begins = inputs.quarters[0]
    wanted = shelf.Wanted("personas", shelf.definition(HABITS, SEED), begins, begins)
    kept, trained_on = shelf.standing(inputs.warehouse, wanted), begins
    if kept is None:
        basis, before = (inputs.habits_on(quarter) for quarter in inputs.quarters)
        if len(basis) < model.MINIMUM_CUSTOMERS:  # too young a house: by what is known today, anew every day
            basis, trained_on = inputs.habits, inputs.day
        kept = shelf.put(
            inputs.warehouse, wanted.name, wanted.definition, trained_on, model.train(basis, before, SEED).to_dict()
        )
    found = model.Personas.from_dict(kept.parameters)
    scores = model.score(found, inputs.habits)
    words = profiles(found, model.explain(scores, inputs.habits), str(inputs.habits["currency_code"].iloc[0]))
    metrics = (measure("bootstrap_ari", found.stability), measure("silhouette", found.silhouette))
    return Told(
        {"ml.personas": scores, "ml.persona_profiles": words},
        kept.parameters,
        honesty(found),
        metrics,
        trained_on=kept.trained_on,
    )


def preferences(inputs: Inputs) -> Told:
    from models_ml import preference as model
    from models_ml.refusal import Refused

    frames, weights, silent = [], {}, []
    for aspect, counts in inputs.ask(TASTES).groupby("aspect"):
        try:
            taste = model.train(counts, inputs.habits)
        except Refused:
            silent.append(str(aspect))
            continue
        frames.append(model.score(taste, counts, inputs.habits).assign(aspect=aspect, as_of_date=inputs.day))
        weights[str(aspect)] = taste.weight
    if not frames:
        raise Refused(
            f"Too little data: nothing is known of {model.MINIMUM_PURCHASES} purchases. Nothing is published.",
            f"数据不足：没有任何一项偏好有 {model.MINIMUM_PURCHASES} 次购买记录，不发布任何结果。",
        )
    left_out = ", ".join(silent)
    remarks = (
        f"Left out, too few purchases or nothing to choose from: {left_out}.",
        f"购买过少或无可选择而略去：{left_out}。",
    )
    return Told({"ml.preferences": pd.concat(frames)}, {"prior_weight": weights}, remarks if silent else ("", ""))


def trust(inputs: Inputs) -> Told:
    from models_ml import trust as model

    conduct = inputs.ask(CONDUCT)
    norms = model.train(conduct)
    return Told({"ml.trust": model.score(norms, conduct, trust_overrides(), inputs.day)}, asdict(norms))


def health(inputs: Inputs) -> Told:
    from models_ml import health as model

    chances = inputs.if_there(CHANCES, "ml.churn_scores")
    return Told({"ml.health": model.score(chances, inputs.day)})


def next_products(inputs: Inputs) -> Told:
    from models_ml import next_product as model

    bought = inputs.ask(PURCHASES)
    wares = model.train(bought, inputs.day)
    return Told({"ml.next_products": model.score(wares, bought, inputs.day)}, {"half_life_days": model.HALF_LIFE})


def next_purchases(inputs: Inputs) -> Told:
    from models_ml import next_purchase as model

    rhythm = model.train(inputs.history, inputs.day)
    scores = model.score(rhythm, inputs.history, inputs.day)
    return Told({"ml.next_purchases": scores}, {"gaps": len(rhythm.ratios)})


def lead_scores(inputs: Inputs) -> Told:
    from models_ml import leads as model

    leads = inputs.ask(LEADS)
    ended, waiting = leads[leads["has_ended"]], leads[leads["is_open"]].reset_index(drop=True)
    verdict = model.judge(ended, SEED)
    fitted = model.train(ended) if verdict.is_better else model.rates(ended, "channel")
    scores = model.score(fitted, waiting).assign(as_of_date=inputs.day, recommended_staff_id=None, model_run_id=None)
    staff = leads.loc[leads["is_recent"], "owner_id"].dropna().unique().tolist()
    if verdict.is_better and staff and len(waiting):
        scores["recommended_staff_id"] = model.match(fitted, waiting, staff)
    numbers = asdict(verdict) | {"intercept": fitted.intercept, "effects": fitted.effects}
    gain = {"name": "auc_gain", "value": verdict.gain, "lower": verdict.gain_lower, "upper": verdict.gain_upper}
    metrics = (measure("auc", verdict.auc) | {"rival": verdict.rival_auc}, gain | {"rival": 0.0})
    gate, rung = ("passed", "ridge") if verdict.is_better else ("fallback", "channel rate")
    return Told({"ml.lead_scores": scores}, numbers, verdict.sentences(), metrics, gate, rung)


def sales_forecast(inputs: Inputs) -> Told:
    from models_ml import sales_forecast as model

    daily = inputs.ask(DAILY)
    months = model.by_month(daily, inputs.day)
    told = model.forecast(months.to_numpy(), SEASON, AHEAD)
    past = pd.DataFrame({"month": months.index, "net_revenue": months.to_numpy(), "is_forecast": False})
    ahead = pd.date_range(months.index[-1], periods=AHEAD + 1, freq="MS")[1:]
    coming = {"month": ahead, "net_revenue": told.values, "lower_80": told.lower_80, "upper_80": told.upper_80}
    rows = pd.concat([past, pd.DataFrame(coming).assign(is_forecast=True, model=told.rung)])
    numbers = {"rung": told.rung, "wape": told.errors, "coverage_80": told.coverage, "folds": told.folds}
    metrics = tuple(measure(f"wape_{rung}", error) for rung, error in told.errors.items())
    remarks = (
        f"Used: {told.rung}, the best of {len(told.errors)} rungs over {told.folds} starts; 80 % intervals held "
        f"{told.coverage:.0%} of what they were not made from.",
        f"采用 {told.rung}：在 {told.folds} 次回测中为 {len(told.errors)} 级之最优；"
        f"80 % 区间覆盖了 {told.coverage:.0%} 的留出值。",
    )
    metrics += (measure("coverage_80", told.coverage),)
    return Told({"ml.sales_forecast": rows}, numbers, remarks, metrics, rung=told.rung)


MODELS: dict[str, Callable[[Inputs], Told]] = {
    "named_segments": named_segments,
    "lifecycle": lifecycle,
    "value_tiers": value_tiers,
    "loyalty": loyalty,
    "personas": personas,
    "preferences": preferences,
    "trust": trust,
    "health": health,
    "next_products": next_products,
    "next_purchases": next_purchases,
    "lead_scores": lead_scores,
    "sales_forecast": sales_forecast,
}


def measure(name: str, value: float) -> dict[str, Any]:
    """A figure as the books hold it, with no interval and no rival."""
    return {"name": name, "value": value, "lower": None, "upper": None, "rival": None}


def _plain(edges: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in edges.to_dict("records")]
