"""What the gate says, in English and Chinese: why a candidate does not pass, why one is published, what to beware of.

Sentences only, each as a pair; when they are said is decided in `gate` and `choice`.
"""

from collections.abc import Sequence

import numpy as np

from models_ml.evaluation import Interval

Said = tuple[str, str]

CALLED: dict[str, Said] = {
    "recency": ("recency alone", "仅凭最近购买时间"),
    "rfm_cell": ("the rates of RFM cells", "RFM 分格比率"),
    "btyd": ("the buy-till-you-die model", "购买-流失概率模型"),
    "logistic": ("logistic regression", "逻辑回归"),
    "boosting": ("additive boosting", "加性提升"),
    "mean": ("the mean of three models", "三模型平均"),
    "spending": ("a regression on recent spending", "近期消费回归"),
    "last_year": ("last year's rate of spending", "按去年消费速度的推算"),
}
NO_CHANCES = (
    "Nothing is published: no model is better than recency alone, or none can be trusted.",
    "不发布任何评分：没有模型优于仅凭最近购买时间的判断，或均不可信。",
)
NO_AMOUNTS = (
    "Nothing is published: no model is better than last year's rate of spending.",
    "不发布任何预测：没有模型优于按去年消费速度的推算。",
)
KNOWS_THE_FUTURE = (
    "A feature changes when everything after the cutoff is taken out of the log: it knows what came.",
    "去除截止日之后的记录后特征发生变化：特征包含了之后的信息。",
)
CHOSEN_ON_ONE = (
    "It was chosen among several on the one cutoff there is, so its figures may flatter it.",
    "它是在唯一的截止日上从多个候选中选出的，因此其指标可能偏乐观。",
)


def called(candidate: str) -> Said:
    """What a candidate is called; its code where it has no other name."""
    return CALLED.get(candidate, (candidate, candidate))


def passed(name: str) -> Said:
    en, zh = called(name)
    return f"{en[0].upper()}{en[1:]} passed every question.", f"{zh}通过了全部检验。"


def displaced(name: str, others: Sequence[str], measure: str) -> Said:
    """Why the published one stands before more elaborate ones that passed, too."""
    (en, zh), them = called(name), [called(other) for other in others]
    return (
        f"{' and '.join(other[0] for other in them).capitalize()} passed, too, but {en} ranks customers surely better "
        f"({measure}).",
        f"{'、'.join(other[1] for other in them)}也通过了检验，但{zh}的排序确实更好（{measure}）。",
    )


def chosen_before(name: str, rival: str, cutoff: str, reached: str) -> Said:
    """What the choice itself is worth."""
    (en, zh), (rival_en, rival_zh) = called(name), called(rival)
    return (
        f"Figures of the best of several, on the cutoffs it was chosen on, may flatter it. Chosen without the newest "
        f"cutoff it would have been {en}; at {cutoff} that reached {reached} ({rival_en} in brackets).",
        f"在同一批截止日上从多个候选中选出的，其指标可能偏乐观。若不看最近的截止日，选中的会是{zh}；"
        f"其在 {cutoff} 达到 {reached}（括号内为{rival_zh}）。",
    )


def not_better(name: str, rival: str, gain: Interval) -> Said:
    (en, zh), (rival_en, rival_zh) = called(name), called(rival)
    if not np.isfinite(gain.value):
        return (
            f"{en}: cannot be held against {rival_en}: after a cutoff of the test all customers did the same.",
            f"{zh}：无法与{rival_zh}比较：检验截止日之后所有客户的行为相同。",
        )
    return (
        f"{en}: not better than {rival_en}: the gain is {gain.value:+.4f}, "
        f"95 % interval {gain.lower:+.4f} to {gain.upper:+.4f}.",
        f"{zh}：并不优于{rival_zh}：增益 {gain.value:+.4f}，95% 区间 {gain.lower:+.4f} 至 {gain.upper:+.4f}。",
    )


def larger_error(name: str, standing: str, worse: Interval) -> Said:
    (en, zh), (standing_en, standing_zh) = called(name), called(standing)
    return (
        f"{en}: its error is larger than that of {standing_en}, by {worse.value:.4g} (at least {worse.lower:.4g}).",
        f"{zh}：误差大于{standing_zh}，高出 {worse.value:.4g}（至少 {worse.lower:.4g}）。",
    )


def off(name: str, cutoff: str, error: float, limit: float) -> Said:
    en, zh = called(name)
    return (
        f"{en}: its probabilities are off by {error:.3f} on average at {cutoff} (limit {limit:.3f}).",
        f"{zh}：在 {cutoff} 概率平均偏差 {error:.3f}（上限 {limit:.3f}）。",
    )


def one_feature_tells(area: float) -> Said:
    return (
        f"One feature alone tells the outcome (AUC {area:.3f}): it knows what came after the cutoff.",
        f"单个特征即可判定结果（AUC {area:.3f}）：它包含了截止日之后的信息。",
    )


def no_plan(totals: Sequence[tuple[str, Interval]]) -> Said:
    """Where the sum cannot be relied on: its error by cutoff."""
    en = "; ".join(f"{one.value:+.0%} at {cutoff} ({one.lower:+.0%} to {one.upper:+.0%})" for cutoff, one in totals)
    zh = "；".join(f"{cutoff} 为 {one.value:+.0%}（{one.lower:+.0%} 至 {one.upper:+.0%}）" for cutoff, one in totals)
    return (
        f"Rank customers by it, but do not plan by the sum of all: tested, that was off by {en}.",
        f"可用于客户排序，但请勿以全体合计作计划：检验时合计误差 {zh}。",
    )
