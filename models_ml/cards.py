"""The card of a model: what it is for, how it was tested and where it fails, in words a buyer of data can read.

Written when a model is trained, from what was measured then; the day that is scored stands above it. Own words only,
no name and no customer.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from models_ml.cuts import ACTIVE_DAYS
from models_ml.forecast import Model
from models_ml.gate import Decision
from models_ml.gate_words import called
from models_ml.levels import Belief
from models_ml.training import Training

MEASURES = {  # in English and in Chinese
    "auc": ("AUC", "AUC"),
    "auc_gain": ("AUC gained", "AUC 增益"),
    "auc_as_chosen": ("AUC, chosen beforehand,", "AUC（事先选定）"),
    "brier_loss": ("difference in Brier score", "Brier 差"),
    "ece": ("calibration error", "校准误差"),
    "gini": ("Gini", "基尼系数"),
    "gini_gain": ("Gini gained", "基尼增益"),
    "gini_as_chosen": ("Gini, chosen beforehand,", "基尼系数（事先选定）"),
    "mae_loss": ("difference in mean absolute error", "平均绝对误差之差"),
    "total": ("error of the total", "总额误差"),
}
LEVELS_ZH = {"year_ago": "去年同期", "newest": "最近完整截止日的一半", "none": "未知"}
FAMILIES = {"pareto_nbd": "Pareto/NBD", "mbg_nbd": "MBG/NBD", "bg_nbd": "BG/NBD"}


@dataclass(frozen=True)
class Card:
    """The same paragraphs in two languages."""

    en: str
    zh: str


def on(card: Card, day: date, trained_on: date, every: int) -> Card:
    """The card on a day that was scored with a model of that or an earlier day, which stands for `every` days."""
    return Card(
        f"Scored for {day} with the model of {trained_on}. A model stands until the next is due, every {max(every, 1)} "
        "days; it is trained anew before when its code or settings are others, or when customers have moved beyond a "
        f"limit of drift. What follows was measured when it was trained.\n\n{card.en}",
        f"{day} 的评分使用 {trained_on} 的模型。模型每 {max(every, 1)} 天重新训练一次；代码或设置改变，或客户漂移超过"
        f"界限时，提前重新训练。以下为训练时的测量结果。\n\n{card.zh}",
    )


def churn_card(told: Training) -> Card:
    """Purpose, population, label, test, gate, season, weak spots and limits of the probabilities."""
    plan, model, known, decision = told.plan, told.model, told.known, told.churn_decision
    active = int((known.recency <= ACTIVE_DAYS).sum())
    en = [
        f"Purpose: the probability that a customer orders within {plan.horizon} days from the day scored; "
        "churn is its complement. Not meant for decisions about credit or about persons.",
        f"Population on {plan.as_of.date()}: {len(known):,} customers who ever ordered, of whom {active:,} ordered "
        "within the last 365 days. Trained and judged on the latter; the others are scored by the same model.",
        f"Published: {called(model.rung)[0] or 'nothing'}. The ladder is recency, RFM cell, "
        f"{_family(model)}, logistic regression, additive boosting from the log-odds of "
        f"{_family(model)}, and the mean of the last three. {model.fits.timing.note}".rstrip(),
        "Features: recency, rhythm, windows and ranks of orders and money"
        + ("; days with a visit of the last 90 days." if plan.log.visits else "."),
        f"Trained on {model.ladder.rows:,} rows of {len(model.ladder.cutoffs)} cutoffs, labels over before the day.",
        f"Tested out of time: {_measured(decision, 0)}",
        "Gate: " + " ".join(decision.reasons_en),
        f"Season: {_season_en(model.season)}",
        f"Weak spots, newest test: {_weak(told, 0)}",
        "Limits: prices, campaigns and stock are not known to it; a log shorter than a year and a half cannot show a "
        "season; customers without an order have no score.",
    ]
    zh = [
        f"用途：客户自评分日起 {plan.horizon} 天内下单的概率；流失概率为其补数。不用于信贷或对个人的决定。",
        f"对象（{plan.as_of.date()}）：曾下单的 {len(known):,} 位客户，其中 {active:,} 位在最近 365 天内下过单；"
        "训练与检验仅用后者，其余客户由同一模型评分。",
        f"发布：{called(model.rung)[1] or '无'}。阶梯依次为最近购买时间、RFM 分格、"
        f"{_family(model)}、逻辑回归、以前者对数几率为起点的加性提升，以及后三者的平均。",
        "特征：订单与金额的最近时间、节奏、时间窗口与排名" + ("；最近 90 天的来访天数。" if plan.log.visits else "。"),
        f"训练：{len(model.ladder.cutoffs)} 个截止日的 {model.ladder.rows:,} 行，所有标签均在当日之前结束。",
        f"检验（严格时间外）：{_measured(decision, 1)}",
        "关口：" + "".join(decision.reasons_zh),
        f"季节：{_season_zh(model.season)}",
        f"薄弱之处（最近一次检验）：{_weak(told, 1)}",
        "局限：不知道价格、活动与库存；不足一年半的记录无法体现季节；从未下单的客户没有评分。",
    ]
    return Card("\n\n".join(en), "\n\n".join(zh))


def value_card(told: Training) -> Card:
    """The same for money."""
    plan, model, decision, spend = told.plan, told.model, told.value_decision, told.model.fits.spend
    family = _family(model)
    note = spend.note if spend else "No net spend above 0: every value is 0."
    correlation = f"{spend.correlation:.2f}" if spend else "-"
    en = [
        f"Purpose: orders and net revenue expected of each customer within {plan.horizon} days from "
        "the day scored, with an 80 % interval, and a lifetime value over three years at 10 % a year.",
        f"Published: {called(decision.published or '')[0] or 'nothing'}. Orders: {family}, bent by the published rung "
        f"of the ladder of purchase. Worth of an order: Gamma-Gamma on all orders, net of returns. {note}".rstrip(),
        f"Assumed: orders come at random at a steady rate while a customer stays; worth and frequency are independent "
        f"(measured correlation {correlation}).",
        f"Tested out of time: {_measured(decision, 0)}",
        "Gate: " + " ".join(decision.reasons_en),
        f"Level: {model.value.season}, factor {np.exp(model.value.level):.2f}. Nominal levels of the interval by "
        f"quarter: {', '.join(f'{level:.2f}' for level in model.value.nominal)}, stretched by "
        f"{', '.join(f'{factor:.2f}' for factor in model.value.stretch)}. Money of fifths, lowest first, put right by "
        f"{', '.join(f'{np.exp(by):.2f}' for by in model.value.shape.by)}.",
    ]
    zh = [
        f"用途：每位客户自评分日起 {plan.horizon} 天内的预期订单数与净收入及其 80% 区间，"
        "以及三年客户终身价值（年折现率 10%）。",
        f"发布：{called(decision.published or '')[1] or '无'}。订单数来自 {family}，并由已发布的购买概率修正；"
        "单均价值来自对全部订单（扣除退款）的 Gamma-Gamma 模型。",
        f"假设：客户在留存期间以稳定速率随机下单；单价与频率相互独立（实测相关系数 {correlation}）。",
        f"检验（严格时间外）：{_measured(decision, 1)}",
        "关口：" + "".join(decision.reasons_zh),
        f"水平：{LEVELS_ZH[model.value.season]}，系数 {np.exp(model.value.level):.2f}。各四分位的区间名义水平："
        f"{'、'.join(f'{level:.2f}' for level in model.value.nominal)}，拉伸系数："
        f"{'、'.join(f'{factor:.2f}' for factor in model.value.stretch)}。"
        "金额由低到高各五分位据过往截止日乘以 "
        f"{'、'.join(f'{np.exp(by):.2f}' for by in model.value.shape.by)}。",
    ]
    return Card("\n\n".join(en), "\n\n".join(zh))


def _family(model: Model) -> str:
    return " + ".join(FAMILIES[name] for name in model.fits.timing.family.split("+"))


def _measured(decision: Decision, language: int) -> str:
    """The measures of what was published, or of everything that was refused; language 0 is English, 1 Chinese."""
    told = []
    for one in decision.measures:
        if decision.published not in (None, one.candidate):
            continue
        name, _, cutoff = one.name.partition(" ")
        whose = called(one.candidate)[language] if decision.published is None else ""
        words = [whose, MEASURES[name][language], cutoff]
        lower, value, upper = (_decimal(figure) for figure in (one.found.lower, one.found.value, one.found.upper))
        spread = f" [{lower}, {upper}]" if one.found.lower < one.found.upper else ""
        rival = f" ({'对照' if language else 'rival'} {one.rival:.4f})" if one.rival is not None else ""
        told.append(f"{' '.join(filter(None, words))} {value}{spread}{rival}")
    return ("；" if language else "; ").join(told) + ("。" if language else ".")


def _decimal(figure: float) -> str:
    return f"{figure:.4f}" if abs(figure) < 1 else f"{figure:.4g}"


def _season_en(season: Belief) -> str:
    said = {
        "year_ago": "the level of the same days a year ago was put in",
        "newest": "no comparable year ago; half the level of the newest complete cutoff was put in",
        "none": "no complete horizon in the log, so no level is known",
    }
    return f"{said[season.source]} ({season.level:+.2f} log-odds)."


def _season_zh(season: Belief) -> str:
    said = {
        "year_ago": "采用去年同期的水平",
        "newest": "去年同期不可比，采用最近完整截止日水平的一半",
        "none": "记录中没有完整的预测期，水平未知",
    }
    return f"{said[season.source]}（对数几率 {season.level:+.2f}）。"


def _weak(told: Training, language: int) -> str:
    parts = [
        f"{(spot.name_en, spot.name_zh)[language]}: {spot.predicted:.3f} / {spot.observed:.3f} ({spot.count})"
        for spot in told.weak_spots
    ]
    head = ("forecast / observed (customers) - ", "预测 / 实际（人数）— ")[language]
    return head + "; ".join(parts) + "."
