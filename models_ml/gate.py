"""May this model be published? The questions, the limits, and an answer a person can read.

Here belongs the decision over candidates that were tested out of time; how they were trained and what they predicted
is the business of the caller. A candidate is published only when it beats a rival that costs nothing, when it is not
worse than the model that stands, when its probabilities can be taken at their word and when nothing points to a leak.
Otherwise the next candidate is asked; when none is left the answer is a refusal.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models_ml import additive, evaluation
from models_ml.btyd.histories import Floats
from models_ml.cuts import log_odds, probability
from models_ml.evaluation import Interval

Ranking = Callable[[Floats, Floats], Callable[[Floats], float]]
DRAWS, SEED = 200, 20260101
# Beyond the first a probability is no probability. Where no year ago is known nobody can know the level of the season:
# there the first limit holds for what is left when the level is taken out, and the second for the whole.
CALIBRATION_LIMIT, CALIBRATION_LIMIT_WITHOUT_SEASON = 0.05, 0.25
LEAK_LIMIT = 0.95
# Where the sum of all customers may be off by more, nobody should plan by it; it may rank them all the same.
TOTAL_LIMIT = 0.20

CALLED = {
    "recency": ("recency alone", "仅凭最近购买时间"),
    "rfm_cell": ("the rates of RFM cells", "RFM 分格比率"),
    "btyd": ("the buy-till-you-die model", "购买-流失概率模型"),
    "logistic": ("logistic regression", "逻辑回归"),
    "boosting": ("additive boosting", "加性提升"),
    "mean": ("the mean of three models", "三模型平均"),
    "spending": ("a regression on recent spending", "近期消费回归"),
    "last_year": ("last year's rate of spending", "按去年消费速度的推算"),
}


@dataclass(frozen=True)
class Test:
    """What one cutoff says: who, what came true, and every candidate's forecast, (n,) each.

    `rival` ranks by the naive measure. `truth` is 0 or 1 for a probability, money for a value. `strongest` is the
    area under the curve of the single best feature; `knows_the_future` whether features were others when everything
    from the cutoff on was taken out of the log (None: nobody looked).
    """

    __test__ = False

    cutoff: str
    customers: NDArray[np.integer]
    truth: Floats
    rival: Floats
    candidates: dict[str, Floats]
    season_is_known: bool
    strongest: float = 0.5
    knows_the_future: bool | None = None


@dataclass(frozen=True)
class Measure:
    """One number of one candidate with its interval; `rival` is the same of the rival, None where it has none."""

    candidate: str
    name: str
    found: Interval
    rival: float | None = None


@dataclass(frozen=True)
class Decision:
    """`published` is the candidate that passed, None for a refusal; `reasons_en` and `reasons_zh` are sentences."""

    published: str | None
    measures: tuple[Measure, ...]
    reasons_en: tuple[str, ...]
    reasons_zh: tuple[str, ...]
    rival: str
    cutoffs: tuple[str, ...]
    calibration: tuple[evaluation.CalibrationBin, ...] = field(default=())

    @property
    def passed(self) -> bool:
        """Whether anything may be published."""
        return self.published is not None


def judge_probabilities(tests: Sequence[Test], order: Sequence[str], standing: str) -> Decision:
    """The first candidate of `order` (best first) that passes, on all tests together; rival and candidate by AUC.

    `standing`: the candidate that is published now; the others' Brier score must not be worse beyond noise.
    """
    measures: list[Measure] = []
    told: list[tuple[str, str]] = []
    for name in order:
        gain = _gain(tests, name, evaluation.auc_of)
        worse = _worse(tests, name, standing, _squared)
        errors = [evaluation.expected_calibration_error(test.truth, test.candidates[name]) for test in tests]
        limits = [_limit(test) for test in tests]
        measures += [
            Measure(name, "auc", gain[0], gain[1]),
            Measure(name, "auc_gain", gain[2]),
            Measure(name, "brier_loss", worse),
            *[Measure(name, f"ece {test.cutoff}", Interval(e, e, e)) for test, e in zip(tests, errors, strict=True)],
        ]
        against = _against_gain(name, gain[2], "recency") + _against_worse(name, standing, worse)
        for test, error, limit in zip(tests, errors, limits, strict=True):
            if error > limit or _error_of_shape(test, name) > CALIBRATION_LIMIT + _chance(test):
                against.append(
                    (
                        f"{called(name)[0]}: its probabilities are off by {error:.3f} on average at {test.cutoff} "
                        f"(limit {limit:.3f}).",
                        f"{called(name)[1]}：在 {test.cutoff} 概率平均偏差 {error:.3f}（上限 {limit:.3f}）。",
                    )
                )
        against += _against_leak(tests)
        told += against
        if not against:
            told.append(_passed(name))
            pooled = np.concatenate([test.truth for test in tests]), np.concatenate([t.candidates[name] for t in tests])
            calibration = tuple(evaluation.calibration(*pooled))
            return Decision(name, tuple(measures), *_columns(told), "recency", _cutoffs(tests), calibration)
    told.append(
        (
            "Nothing is published: no model is better than recency alone, or none can be trusted.",
            "不发布任何评分：没有模型优于仅凭最近购买时间的判断，或均不可信。",
        )
    )
    return Decision(None, tuple(measures), *_columns(told), "recency", _cutoffs(tests))


def judge_amounts(tests: Sequence[Test], order: Sequence[str]) -> Decision:
    """The same for amounts of money: ranking by the normalised Gini, and the mean absolute error, against the rival.

    `rival` of the tests must be an amount itself: what the customer spent at the rate of the last year.
    """
    measures: list[Measure] = []
    told: list[tuple[str, str]] = []
    for name in order:
        gain = _gain(tests, name, evaluation.gini_of)
        worse = _worse(tests, name, "last_year", _absolute)
        totals = [_total(test, name) for test in tests]
        measures += [
            Measure(name, "gini", gain[0], gain[1]),
            Measure(name, "gini_gain", gain[2]),
            Measure(name, "mae_loss", worse),
            *[Measure(name, f"total {test.cutoff}", total) for test, total in zip(tests, totals, strict=True)],
        ]
        against = _against_gain(name, gain[2], "last_year")
        against += _against_worse(name, "last_year", worse)
        told += against
        if not against:
            told += [_passed(name), *_about_totals(tests, totals)]
            return Decision(name, tuple(measures), *_columns(told), "last_year", _cutoffs(tests))
    told.append(
        (
            "Nothing is published: no model is better than last year's rate of spending.",
            "不发布任何预测：没有模型优于按去年消费速度的推算。",
        )
    )
    return Decision(None, tuple(measures), *_columns(told), "last_year", _cutoffs(tests))


def called(candidate: str) -> tuple[str, str]:
    """What a candidate is called in English and Chinese; its code where it has no other name."""
    return CALLED.get(candidate, (candidate, candidate))


def _gain(tests: Sequence[Test], name: str, measure: Ranking) -> tuple[Interval, float, Interval]:
    """A ranking measure averaged over the tests: of the candidate, of the rival, and the gain, over customers drawn."""
    pairs = [(measure(t.truth, t.candidates[name]), measure(t.truth, t.rival)) for t in tests]
    parts = _parts(tests)
    groups = np.concatenate([test.customers for test in tests])

    def own(weights: Floats) -> float:
        return float(np.mean([pair[0](weights[part]) for pair, part in zip(pairs, parts, strict=True)]))

    def gained(weights: Floats) -> float:
        return own(weights) - float(np.mean([pair[1](weights[part]) for pair, part in zip(pairs, parts, strict=True)]))

    rival = float(np.mean([pair[1](np.ones(len(t.truth))) for pair, t in zip(pairs, tests, strict=True)]))
    return evaluation.bootstrap(own, groups, DRAWS, SEED), rival, evaluation.bootstrap(gained, groups, DRAWS, SEED)


def _worse(tests: Sequence[Test], name: str, standing: str, loss: Callable[[Floats, Floats], Floats]) -> Interval:
    """Mean loss of the candidate less that of the standing one (or of the rival); above 0 is worse."""
    groups = np.concatenate([test.customers for test in tests])
    extra = np.concatenate(
        [loss(t.truth, t.candidates[name]) - loss(t.truth, t.candidates.get(standing, t.rival)) for t in tests]
    )
    return evaluation.bootstrap(lambda weights: float(weights @ extra / weights.sum()), groups, DRAWS, SEED)


def _total(test: Test, name: str) -> Interval:
    """Error of the sum over all customers, as a share of what came, over customers drawn."""
    told, came = test.candidates[name], test.truth

    def error(weights: Floats) -> float:
        return float(weights @ told / (weights @ came) - 1) if weights @ came > 0 else float("nan")

    return evaluation.bootstrap(error, test.customers, DRAWS, SEED)


def _about_totals(tests: Sequence[Test], totals: Sequence[Interval]) -> list[tuple[str, str]]:
    """A remark where the sum cannot be relied on: tested, it was off, or chance alone could have moved it so far."""
    if all(abs(one.value) <= TOTAL_LIMIT and (one.upper - one.lower) / 2 <= TOTAL_LIMIT for one in totals):
        return []
    pairs = list(zip(tests, totals, strict=True))
    en = "; ".join(f"{one.value:+.0%} at {test.cutoff} ({one.lower:+.0%} to {one.upper:+.0%})" for test, one in pairs)
    zh = "；".join(f"{test.cutoff} 为 {one.value:+.0%}（{one.lower:+.0%} 至 {one.upper:+.0%}）" for test, one in pairs)
    return [
        (
            f"Rank customers by it, but do not plan by the sum of all: tested, that was off by {en}.",
            f"可用于客户排序，但请勿以全体合计作计划：检验时合计误差 {zh}。",
        )
    ]


def _squared(truth: Floats, forecast: Floats) -> Floats:
    return (forecast - truth) ** 2


def _absolute(truth: Floats, forecast: Floats) -> Floats:
    return np.abs(forecast - truth)


def _limit(test: Test) -> float:
    """The limit on the calibration error, and what chance alone adds to it in bins of this size."""
    return (CALIBRATION_LIMIT if test.season_is_known else CALIBRATION_LIMIT_WITHOUT_SEASON) + _chance(test)


def _chance(test: Test) -> float:
    rate = float(test.truth.mean())
    return float(0.8 * np.sqrt(rate * (1 - rate) * evaluation.BINS / len(test.truth)))


def _error_of_shape(test: Test, name: str) -> float:
    """The calibration error that is left when the log-odds are moved to the level that came true."""
    margin = log_odds(test.candidates[name])
    level = additive.level(margin, np.ones(len(margin)), float(test.truth.mean()))
    return evaluation.expected_calibration_error(test.truth, probability(margin + level))


def _passed(name: str) -> tuple[str, str]:
    en, zh = called(name)
    return f"{en[0].upper()}{en[1:]} passed every question.", f"{zh}通过了全部检验。"


def _against_gain(name: str, gain: Interval, rival: str) -> list[tuple[str, str]]:
    if gain.lower > 0:
        return []
    (en, zh), (rival_en, rival_zh) = called(name), called(rival)
    if not np.isfinite(gain.value):
        return [
            (
                f"{en}: cannot be held against {rival_en}: after a cutoff of the test all customers did the same.",
                f"{zh}：无法与{rival_zh}比较：检验截止日之后所有客户的行为相同。",
            )
        ]
    return [
        (
            f"{en}: not better than {rival_en}: the gain is {gain.value:+.4f}, "
            f"95 % interval {gain.lower:+.4f} to {gain.upper:+.4f}.",
            f"{zh}：并不优于{rival_zh}：增益 {gain.value:+.4f}，95% 区间 {gain.lower:+.4f} 至 {gain.upper:+.4f}。",
        )
    ]


def _against_worse(name: str, standing: str, worse: Interval) -> list[tuple[str, str]]:
    if worse.lower <= 0:
        return []
    (en, zh), (standing_en, standing_zh) = called(name), called(standing)
    return [
        (
            f"{en}: its error is larger than that of {standing_en}, by {worse.value:.4g} (at least {worse.lower:.4g}).",
            f"{zh}：误差大于{standing_zh}，高出 {worse.value:.4g}（至少 {worse.lower:.4g}）。",
        )
    ]


def _against_leak(tests: Sequence[Test]) -> list[tuple[str, str]]:
    if any(test.knows_the_future for test in tests):
        return [
            (
                "A feature changes when everything after the cutoff is taken out of the log: it knows what came.",
                "去除截止日之后的记录后特征发生变化：特征包含了之后的信息。",
            )
        ]
    # Subscribers and daily shoppers are told by their silence alone: a strong feature is no leak where we have looked.
    strongest = max((test.strongest for test in tests if test.knows_the_future is None), default=0.5)
    if strongest <= LEAK_LIMIT:
        return []
    return [
        (
            f"One feature alone tells the outcome (AUC {strongest:.3f}): it knows what came after the cutoff.",
            f"单个特征即可判定结果（AUC {strongest:.3f}）：它包含了截止日之后的信息。",
        )
    ]


def _cutoffs(tests: Sequence[Test]) -> tuple[str, ...]:
    return tuple(test.cutoff for test in tests)


def _parts(tests: Sequence[Test]) -> list[slice]:
    ends = np.cumsum([len(test.truth) for test in tests])
    return [slice(int(end) - len(test.truth), int(end)) for end, test in zip(ends, tests, strict=True)]


def _columns(told: list[tuple[str, str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    told = list(dict.fromkeys(told))
    return tuple(en for en, _ in told), tuple(zh for _, zh in told)
