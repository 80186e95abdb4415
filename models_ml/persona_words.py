"""What is said about personas, in both languages: names, and sentences made of measured differences only."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from models_ml.persona import VISIBLE, Personas

NAMES = {
    "regulars": ("Regulars", "常客"),
    "premium": ("Premium buyers", "品质型"),
    "thrifty": ("Thrifty buyers", "实惠型"),
    "deal_seekers": ("Deal seekers", "优惠型"),
    "occasional": ("Occasional buyers", "偶尔型"),
}
WORTH_TELLING = 0.15  # share by which a group must differ from everybody


@dataclass(frozen=True)
class _Habit:
    """How a mean is put into words: a sentence in each language with {own} and {all}, and the form of the numbers."""

    en: str
    zh: str
    form: Callable[[float], str]


_HABITS = {
    "orders_365d": _Habit(
        "{own} orders a year (everybody {all})", "每年下单 {own} 次（全体 {all} 次）", lambda value: f"{value:.1f}"
    ),
    "avg_order_value": _Habit(
        "{own} {money} an order (everybody {all})",
        "每单 {own} {money}（全体 {all}）",
        lambda value: f"{value:,.0f}",
    ),
    "price_level": _Habit(
        "prices {own} of what others pay in the same category (everybody {all})",
        "所购商品价格为同品类平均的 {own}（全体 {all}）",
        lambda value: f"{100 * value:.0f} %",
    ),
    "category_count": _Habit(
        "goods from {own} categories (everybody {all})",
        "涉及 {own} 个品类（全体 {all} 个）",
        lambda value: f"{value:.1f}",
    ),
    "discount_share": _Habit(
        "{own} off through discounts (everybody {all})",
        "折扣占 {own}（全体 {all}）",
        lambda value: f"{100 * value:.1f} %",
    ),
}


def profiles(personas: Personas, told: pd.DataFrame, currency_code: str) -> pd.DataFrame:
    """From the rows of `persona.explain`: persona, rank (1 the largest), name_en, name_zh, customer_count,
    customer_share, text_en, text_zh. Both texts end with what the groups are worth as clusters."""
    everybody = told[told["persona"].eq("everybody")].iloc[0]
    groups = told[told["persona"].ne("everybody")].reset_index(drop=True)
    en, zh = honesty(personas)
    rows = []
    for place, group in groups.iterrows():
        text_en, text_zh = _differences(group, everybody, currency_code)
        rows.append(
            {
                "persona": group["persona"],
                "rank": int(str(place)) + 1,
                "name_en": NAMES[group["persona"]][0],
                "name_zh": NAMES[group["persona"]][1],
                "customer_count": int(group["customer_count"]),
                "customer_share": float(group["customer_count"] / everybody["customer_count"]),
                "text_en": f"{text_en} {en}",
                "text_zh": text_zh + zh,
            }
        )
    return pd.DataFrame(rows)


def honesty(personas: Personas) -> tuple[str, str]:
    """What the groups are worth as clusters, English and Chinese."""
    depth, again = f"{personas.silhouette:.2f}", f"{personas.stability:.2f}"
    if personas.silhouette < VISIBLE:
        return (
            f"The groups are slices of a continuum, not natural clusters: silhouette {depth}, where {VISIBLE} would be "
            f"visible; drawn anew they come out alike to {again} (adjusted Rand index).",
            f"各组是连续分布上的切分，并非天然聚类：轮廓系数 {depth}（达到 {VISIBLE} 才算可见）；"
            f"重新抽样后的一致性为 {again}（调整兰德指数）。",
        )
    return (
        f"The groups stand visibly apart: silhouette {depth}; drawn anew they come out alike to {again} (adjusted Rand "
        "index).",
        f"各组之间有可见的间隔：轮廓系数 {depth}；重新抽样后的一致性为 {again}（调整兰德指数）。",
    )


def _differences(group: pd.Series, everybody: pd.Series, money: str) -> tuple[str, str]:
    sentences = []
    for column, habit in _HABITS.items():
        if column not in group or pd.isna(group[column]) or not everybody[column]:
            continue
        apart = abs(group[column] / everybody[column] - 1)
        numbers = {"own": habit.form(group[column]), "all": habit.form(everybody[column]), "money": money}
        sentences.append((-apart, habit.en.format(**numbers), habit.zh.format(**numbers)))
    shown = [each for each in sorted(sentences) if -each[0] >= WORTH_TELLING]
    if not shown:
        return "Much like everybody in every habit measured.", "各项习惯均与全体接近。"
    en = "; ".join(each[1] for each in shown)
    return f"{en[0].upper()}{en[1:]}.", "；".join(each[2] for each in shown) + "。"
