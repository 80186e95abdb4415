"""The gate lets through what beats a free rival and says in two languages why it stops the rest."""

import numpy as np
import pandas as pd
import pytest

from models_ml import evaluation, gate
from models_ml.btyd import beta_geometric, pareto
from models_ml.cuts import log_odds, probability
from models_ml.order_log import order_log, outcome, snapshot
from tests.models_ml.invented_log import CDNOW_WEEKS, cdnow

COUNT = 3000


def invented(noise: float, seed: int = 1) -> gate.Test:
    """Customers whose true chance is known; the rival sees it through noise."""
    rng = np.random.default_rng(seed)
    margin = rng.normal(size=COUNT)
    chance = 1 / (1 + np.exp(-margin))
    truth = (rng.random(COUNT) < chance).astype(float)
    return gate.Test(
        cutoff="2026-01-01",
        customers=np.arange(COUNT),
        truth=truth,
        rival=margin + noise * rng.normal(size=COUNT),
        candidates={"mean": chance, "btyd": np.full(COUNT, truth.mean())},
        season_is_known=True,
    )


def altered(test: gate.Test, **changes) -> gate.Test:
    return gate.Test(**{**vars(test), **changes})


def test_the_true_chances_pass_against_a_noisy_rival():
    decision = gate.judge_probabilities([invented(2.0)], ["mean", "btyd"], "btyd")
    assert decision.published == "mean"
    assert sum(each.count for each in decision.calibration) == COUNT
    gain = next(one for one in decision.measures if one.name == "auc_gain")
    assert 0 < gain.found.lower < gain.found.value < gain.found.upper


def test_nothing_is_published_that_is_not_better_than_recency():
    decision = gate.judge_probabilities([invented(0.0)], ["mean", "btyd"], "btyd")
    assert decision.published is None
    assert "not better than recency alone" in decision.reasons_en[0]
    assert "并不优于仅凭最近购买时间" in decision.reasons_zh[0]
    assert decision.reasons_en[-1].startswith("Nothing is published")


def test_the_next_rung_is_published_where_the_first_cannot_be_taken_at_its_word():
    test = invented(2.0)
    told = test.candidates["mean"]
    boasting = altered(test, candidates={"mean": probability(log_odds(told) + 1.0), "btyd": told})
    decision = gate.judge_probabilities([boasting], ["mean", "btyd"], "btyd")
    assert decision.published == "btyd"
    assert any("off by" in reason for reason in decision.reasons_en)
    assert any("its error is larger than that of the buy-till-you-die model" in r for r in decision.reasons_en)


def test_a_feature_that_knows_the_outcome_stops_everything():
    decision = gate.judge_probabilities([altered(invented(2.0), strongest=0.99)], ["mean"], "mean")
    assert not decision.passed
    assert "knows what came after the cutoff" in decision.reasons_en[0]


def test_a_strong_feature_is_no_leak_where_it_is_the_same_without_the_future():
    """Subscribers: the silent one has left."""
    strong = altered(invented(2.0), strongest=0.99, knows_the_future=False)
    assert gate.judge_probabilities([strong], ["mean"], "mean").passed


def test_a_feature_that_changes_without_the_future_stops_everything_however_weak():
    decision = gate.judge_probabilities([altered(invented(2.0), knows_the_future=True)], ["mean"], "mean")
    assert not decision.passed
    assert "knows what came" in decision.reasons_en[0]


def test_where_all_customers_did_the_same_the_reason_is_a_sentence():
    same = altered(invented(2.0), truth=np.zeros(COUNT))
    decision = gate.judge_probabilities([same], ["mean"], "mean")
    assert not decision.passed
    assert "nan" not in " ".join(decision.reasons_en)


def test_labels_that_are_dealt_out_at_random_are_refused():
    test = invented(2.0)
    dealt = altered(test, truth=np.random.default_rng(5).permutation(test.truth))
    assert not gate.judge_probabilities([dealt], ["mean"], "mean").passed


def test_bg_nbd_may_not_tell_churn_where_most_buy_once():
    """CDNOW: it takes every single buyer for alive, and is beaten by the date of the last order. Pareto/NBD is not."""
    frame = cdnow("CDNOW_master.txt")
    log = order_log(frame)
    known = snapshot(log, log.number_of(CDNOW_WEEKS))
    test = gate.Test(
        cutoff="1997-10-01",
        customers=known.customers,
        truth=outcome(log, known, 273).bought,
        rival=-known.recency,
        candidates={
            "bg_nbd": beta_geometric.train(known.histories).buys(known.histories, 273),
            "pareto_nbd": pareto.train(known.histories).buys(known.histories, 273),
        },
        season_is_known=False,
    )
    decision = gate.judge_probabilities([test], ["bg_nbd"], "bg_nbd")
    assert decision.published is None
    assert decision.reasons_en[0].startswith("bg_nbd: not better than recency alone: the gain is -0.01")
    assert decision.measures[0].found.value < 0.75
    assert gate.judge_probabilities([test], ["bg_nbd", "pareto_nbd"], "bg_nbd").published != "bg_nbd"


def test_money_is_published_only_where_it_ranks_and_sums_better_than_last_years_rate():
    rng = np.random.default_rng(7)
    mean = rng.gamma(1.0, 100.0, COUNT)
    spent = mean * rng.gamma(1.0, 1.0, COUNT)
    test = gate.Test("2026-01-01", np.arange(COUNT), spent, mean * rng.gamma(1.0, 1.0, COUNT), {"btyd": mean}, True)
    assert gate.judge_amounts([test], ["btyd"]).published == "btyd"
    swapped = altered(test, rival=mean, candidates={"btyd": test.rival})
    decision = gate.judge_amounts([swapped], ["btyd"])
    assert decision.published is None
    assert "last year's rate of spending" in decision.reasons_en[0]


def test_money_that_errs_more_than_what_stands_is_not_published():
    """It ranks alike and beats the rival, but tells everybody a good deal too much."""
    rng = np.random.default_rng(7)
    mean = rng.gamma(1.0, 100.0, COUNT)
    spent = mean * rng.gamma(1.0, 1.0, COUNT)
    told = {"spending": 1.3 * mean, "mean": mean}
    test = gate.Test("2026-01-01", np.arange(COUNT), spent, 2.0 * mean * rng.gamma(1.0, 1.0, COUNT), told, True)
    assert gate.judge_amounts([test], ["spending", "mean"]).published == "spending"
    decision = gate.judge_amounts([test], ["spending", "mean"], "mean")
    assert decision.published == "mean"
    assert "its error is larger than that of the mean of three models" in decision.reasons_en[0]


def test_a_sum_of_all_that_cannot_be_relied_on_is_remarked_in_two_languages():
    rng = np.random.default_rng(7)
    mean = rng.gamma(1.0, 100.0, COUNT)
    spent = mean * rng.gamma(1.0, 1.0, COUNT)
    test = gate.Test("2026-01-01", np.arange(COUNT), spent, mean * rng.gamma(1.0, 1.0, COUNT), {"btyd": mean}, True)
    few = slice(0, 120)
    handful = altered(
        test, customers=np.arange(120), truth=spent[few], rival=test.rival[few], candidates={"btyd": mean[few]}
    )
    for asked, is_remarked in ((test, False), (altered(test, truth=1.3 * spent), True), (handful, True)):
        decision = gate.judge_amounts([asked], ["btyd"])
        assert decision.published == "btyd"
        assert ("do not plan by the sum of all" in " ".join(decision.reasons_en)) is is_remarked
        assert ("请勿以全体合计作计划" in "".join(decision.reasons_zh)) is is_remarked


@pytest.mark.parametrize("tests", [2, 3])
def test_a_customer_of_several_cutoffs_is_drawn_whole(tests: int):
    """Copies of one test are no new evidence: the interval does not shrink."""
    one = gate.judge_probabilities([invented(2.0)], ["mean"], "mean").measures[1].found
    many = gate.judge_probabilities([invented(2.0)] * tests, ["mean"], "mean").measures[1].found
    assert (many.lower, many.upper) == pytest.approx((one.lower, one.upper))


def test_the_log_of_cdnow_is_read_whole():
    frame = cdnow("CDNOW_master.txt")
    assert (len(frame), frame["customer_id"].nunique()) == (69659, 23570)
    assert frame["ordered_at"].min() == pd.Timestamp("1997-01-01")


def seen_through(noise: float, test: gate.Test, seed: int) -> np.ndarray:
    """The true chances of a test, blurred."""
    told = test.candidates["mean"]
    return probability(log_odds(told) + noise * np.random.default_rng(seed).normal(size=len(told)))


def with_a_simpler_one(noise: float, simpler_noise: float, tests: int = 1) -> list[gate.Test]:
    found = []
    for seed in range(tests):
        test = altered(invented(2.0, seed + 1), cutoff=f"2026-0{tests - seed}-01")
        both = {"mean": seen_through(noise, test, seed), "btyd": seen_through(simpler_noise, test, 100 + seed)}
        found.append(altered(test, candidates=both))
    return found


def test_a_simpler_one_that_is_surely_better_is_published_before_the_more_elaborate():
    decision = gate.judge_probabilities(with_a_simpler_one(0.3, 0.0), ["mean", "btyd"], "mean")
    assert decision.published == "btyd"
    assert any("ranks customers surely better" in reason for reason in decision.reasons_en)
    assert any("排序确实更好" in reason for reason in decision.reasons_zh)
    assert {one.candidate for one in decision.measures} == {"mean", "btyd"}


def test_where_chance_decides_the_more_elaborate_stands():
    tests = with_a_simpler_one(0.05, 0.0)
    decision = gate.judge_probabilities(tests, ["mean", "btyd"], "mean")
    mean, btyd = (next(m.found.value for m in decision.measures if m.candidate == name) for name in ("mean", "btyd"))
    assert decision.published == "mean"
    assert mean < btyd


def test_the_choice_is_judged_at_a_cutoff_that_had_no_part_in_it():
    """Another winner at the newest cutoff alone: the choice without it is the other one, and its figure is told."""
    newest, older = with_a_simpler_one(0.6, 0.0, tests=2)
    older = altered(older, candidates={"mean": older.candidates["btyd"], "btyd": older.candidates["mean"]})
    decision = gate.judge_probabilities([newest, older], ["mean", "btyd"], "mean")
    told = next(one for one in decision.measures if "as_chosen" in one.name)
    assert (told.candidate, told.name) == ("mean", f"auc_as_chosen {newest.cutoff}")
    assert told.found.value == pytest.approx(evaluation.auc(newest.truth, newest.candidates["mean"]))
    assert told.rival == pytest.approx(evaluation.auc(newest.truth, newest.rival))
    assert any(f"at {newest.cutoff} that reached AUC {told.found.value:.4f}" in r for r in decision.reasons_en)


def test_one_cutoff_alone_says_that_its_figures_may_flatter():
    decision = gate.judge_probabilities(with_a_simpler_one(0.3, 0.0), ["mean", "btyd"], "mean")
    assert any("on the one cutoff there is" in reason for reason in decision.reasons_en)
    assert not any("as_chosen" in one.name for one in decision.measures)
