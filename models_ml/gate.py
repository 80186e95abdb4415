"""May this model be published? The questions, the limits, and an answer a person can read.

Here belongs the decision over candidates that were tested out of time; how they were trained and what they predicted
is the business of the caller. A candidate is published only when it beats a rival that costs nothing, when it is not
worse than the model that stands, when its probabilities can be taken at their word and when nothing points to a leak.
Which of several that pass is published is decided in `choice`; when none passes the answer is a refusal.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from models_ml import additive, choice, evaluation, gate_words
from models_ml.btyd.histories import Floats
from models_ml.cuts import log_odds, probability
from models_ml.evaluation import Interval
from models_ml.gate_words import Said

Ranking = Callable[[Floats, Floats], Callable[[Floats], float]]
_Found = tuple[list[tuple[str, Interval]], list[Said]]  # measures, and what speaks against
DRAWS, SEED = 200, 20260101
RIVAL = "rival"
# Beyond the first a probability is no probability. Where no year ago is known nobody can know the level of the season:
# there the first limit holds for what is left when the level is taken out, and the second for the whole.
CALIBRATION_LIMIT, CALIBRATION_LIMIT_WITHOUT_SEASON = 0.05, 0.25
LEAK_LIMIT = 0.95
# Where the sum of all customers may be off by more, nobody should plan by it; it may rank them all the same.
TOTAL_LIMIT = 0.20


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


@dataclass(frozen=True)
class _Question:
    """What candidates are ranked by and what that is called, against which rival, and what a refusal says."""

    measure: Ranking
    name: str
    title: str
    rival: str
    refusal: Said


BUYING = _Question(evaluation.auc_of, "auc", "AUC", "recency", gate_words.NO_CHANCES)
MONEY = _Question(evaluation.gini_of, "gini", "Gini", "last_year", gate_words.NO_AMOUNTS)


def judge_probabilities(tests: Sequence[Test], order: Sequence[str], standing: str) -> Decision:
    """The best of the candidates that pass, on all tests together; candidates and rival are ranked by AUC.

    `tests`: newest first. `order`: the candidates, the most elaborate first. `standing`: the candidate that is
    published now; the others' Brier score must not be worse beyond noise.
    """

    def about(name: str) -> _Found:
        worse = _worse(tests, name, standing, _squared)
        errors = [evaluation.expected_calibration_error(test.truth, test.candidates[name]) for test in tests]
        measures = [(f"ece {test.cutoff}", Interval(e, e, e)) for test, e in zip(tests, errors, strict=True)]
        against = _against_worse(name, standing, worse) + _against_errors(tests, name, errors) + _against_leak(tests)
        return [("brier_loss", worse), *measures], against

    decision = _decided(BUYING, tests, order, about)
    if decision.published is None:
        return decision
    truth = np.concatenate([test.truth for test in tests])
    told = np.concatenate([test.candidates[decision.published] for test in tests])
    return replace(decision, calibration=tuple(evaluation.calibration(truth, told)))


def judge_amounts(tests: Sequence[Test], order: Sequence[str], standing: str = "") -> Decision:
    """The same for amounts of money: ranked by the normalised Gini, and the mean absolute error against the rival's.

    `rival` of the tests must be an amount itself: what the customer spent at the rate of the last year. `standing`: the
    candidate that is published now, whose error the others' must not exceed beyond noise either.
    """
    totals = {name: [_total(test, name) for test in tests] for name in order}

    def about(name: str) -> _Found:
        worse = _worse(tests, name, "last_year", _absolute)
        measures = [(f"total {test.cutoff}", total) for test, total in zip(tests, totals[name], strict=True)]
        against = _against_worse(name, "last_year", worse)
        if standing in order and standing != name:
            against += _against_worse(name, standing, _worse(tests, name, standing, _absolute))
        return [("mae_loss", worse), *measures], against

    decision = _decided(MONEY, tests, order, about)
    if decision.published is None:
        return decision
    en, zh = _columns(_about_totals(tests, totals[decision.published]))
    return replace(decision, reasons_en=decision.reasons_en + en, reasons_zh=decision.reasons_zh + zh)


def _decided(
    question: _Question, tests: Sequence[Test], order: Sequence[str], about: Callable[[str], _Found]
) -> Decision:
    scored = {RIVAL: [test.rival for test in tests]} | {name: [t.candidates[name] for t in tests] for name in order}
    ranked = choice.ranked(
        {
            name: [question.measure(test.truth, score) for test, score in zip(tests, scores, strict=True)]
            for name, scores in scored.items()
        },
        [test.customers for test in tests],
        (DRAWS, SEED),
    )
    measures: list[Measure] = []
    speaks: dict[str, list[Said]] = {}
    for name in order:
        gain = ranked[name].less(ranked[RIVAL]).over(choice.ALL)
        more, against = about(name)
        measures += [
            Measure(name, question.name, ranked[name].over(choice.ALL), ranked[RIVAL].over(choice.ALL).value),
            Measure(name, f"{question.name}_gain", gain),
            *[Measure(name, *one) for one in more],
        ]
        speaks[name] = _against_gain(name, gain, question.rival) + against
    passing = [name for name in order if not speaks[name]]
    if not passing:
        told = [*chain(*speaks.values()), question.refusal]
        return Decision(None, tuple(measures), *_columns(told), question.rival, _cutoffs(tests))
    chosen = choice.choose(passing, ranked)
    # What speaks against simpler ones than the published is in the measures.
    more_elaborate = order[: list(order).index(chosen.published)]
    told = [*chain(*(speaks[name] for name in more_elaborate)), gate_words.passed(chosen.published)]
    if chosen.displaced:
        told.append(gate_words.displaced(chosen.published, chosen.displaced, question.title))
    if chosen.before is not None:
        found, rival = (ranked[name].over(choice.NEWEST) for name in (chosen.before, RIVAL))
        reached = f"{question.title} {found.value:.4f} ({rival.value:.4f})"
        told.append(gate_words.chosen_before(chosen.before, question.rival, tests[0].cutoff, reached))
        measures.append(Measure(chosen.before, f"{question.name}_as_chosen {tests[0].cutoff}", found, rival.value))
    elif len(passing) > 1:
        told.append(gate_words.CHOSEN_ON_ONE)
    return Decision(chosen.published, tuple(measures), *_columns(told), question.rival, _cutoffs(tests))


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


def _against_gain(name: str, gain: Interval, rival: str) -> list[Said]:
    return [] if gain.lower > 0 else [gate_words.not_better(name, rival, gain)]


def _against_worse(name: str, standing: str, worse: Interval) -> list[Said]:
    return [] if worse.lower <= 0 else [gate_words.larger_error(name, standing, worse)]


def _against_errors(tests: Sequence[Test], name: str, errors: Sequence[float]) -> list[Said]:
    return [
        gate_words.off(name, test.cutoff, error, _limit(test))
        for test, error in zip(tests, errors, strict=True)
        if error > _limit(test) or _error_of_shape(test, name) > CALIBRATION_LIMIT + _chance(test)
    ]


def _against_leak(tests: Sequence[Test]) -> list[Said]:
    if any(test.knows_the_future for test in tests):
        return [gate_words.KNOWS_THE_FUTURE]
    # Subscribers and daily shoppers are told by their silence alone: a strong feature is no leak where we have looked.
    strongest = max((test.strongest for test in tests if test.knows_the_future is None), default=0.5)
    return [] if strongest <= LEAK_LIMIT else [gate_words.one_feature_tells(strongest)]


def _about_totals(tests: Sequence[Test], totals: Sequence[Interval]) -> list[Said]:
    """A remark where the sum cannot be relied on: tested, it was off, or chance alone could have moved it so far."""
    if all(abs(one.value) <= TOTAL_LIMIT and (one.upper - one.lower) / 2 <= TOTAL_LIMIT for one in totals):
        return []
    return [gate_words.no_plan([(test.cutoff, total) for test, total in zip(tests, totals, strict=True)])]


def _cutoffs(tests: Sequence[Test]) -> tuple[str, ...]:
    return tuple(test.cutoff for test in tests)


def _columns(told: list[Said]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    told = list(dict.fromkeys(told))
    return tuple(en for en, _ in told), tuple(zh for _, zh in told)
