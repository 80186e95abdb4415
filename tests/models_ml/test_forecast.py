"""From a log to published scores: nothing of the future, nothing by chance, and a refusal where too little is known."""

import dataclasses
import json
from datetime import date

import numpy as np
import pandas as pd
import pytest

from models_ml import cards, evaluation, health, reasons, value
from models_ml.churn import level_of, season
from models_ml.cuts import prepare, probability
from models_ml.drift import Moved, drift, reference, stability, tenths
from models_ml.forecast import Forecast, Model, score
from models_ml.levels import PERSISTS
from models_ml.order_log import Outcome, order_log, snapshot
from models_ml.refusal import Refused
from models_ml.traces import traces
from models_ml.training import Plan, Training, train
from tests.models_ml.invented_log import FIRST_DAY, Shop, came_to, invent

NOW, HORIZON = 700, 90
# What chance alone adds to the calibration error of some 700 customers in ten bins, twice its mean.
CHANCE = 0.09


def before(frame: pd.DataFrame, day: int) -> pd.DataFrame:
    return frame[frame["ordered_at"] < FIRST_DAY + pd.Timedelta(days=day)]


def asked(frame: pd.DataFrame, day: int = NOW) -> Plan:
    return Plan(order_log(before(frame, day)), FIRST_DAY + pd.Timedelta(days=day), HORIZON)


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return invent(Shop(customers=1000, season=0.8))


@pytest.fixture(scope="module")
def plan(orders: pd.DataFrame) -> Plan:
    return asked(orders)


@pytest.fixture(scope="module")
def learnt(plan: Plan) -> Training:
    return train(plan)


@pytest.fixture(scope="module")
def found(plan: Plan, learnt: Training) -> Forecast:
    return score(learnt.model, plan.log, plan.as_of)


@pytest.fixture(scope="module")
def came(orders: pd.DataFrame, found: Forecast) -> Outcome:
    """What the customers really did, in the order of the forecast."""
    return came_to(found, orders)


def test_the_forecast_comes_true(found: Forecast, came):
    active = found.cut.is_active
    assert found.rung
    assert found.model.season.source == "year_ago"
    assert evaluation.auc(came.bought[active], found.buys[active]) > 0.7
    assert evaluation.expected_calibration_error(came.bought[active], found.buys[active]) < 0.05 + CHANCE
    look = found.outlook
    assert abs(evaluation.total_error(came.net[active], look.expected_net_revenue[active])) < 0.25  # chance alone: 0.1
    inside = evaluation.coverage(np.maximum(came.net, 0)[active], look.lower_80[active], look.upper_80[active])
    assert 0.72 < inside < 0.9


def test_the_order_of_rows_changes_nothing(orders: pd.DataFrame, found: Forecast):
    plan = asked(orders.sample(frac=1, random_state=3))
    again = score(train(plan).model, plan.log, plan.as_of)
    assert again.rung == found.rung
    assert again.buys == pytest.approx(found.buys, abs=1e-12)
    assert again.outlook.upper_80 == pytest.approx(found.outlook.upper_80, rel=1e-12)


def test_no_amount_is_negative_infinite_or_out_of_order(found: Forecast):
    look = found.outlook
    for amounts in (look.expected_orders, look.expected_net_revenue, look.lower_80, look.upper_80):
        assert np.isfinite(amounts).all()
        assert (amounts >= 0).all()
    assert (look.lower_80 <= look.upper_80).all()
    assert ((found.buys > 0) & (found.buys < 1)).all()
    lifetime = value.lifetime_value(found.cut)
    assert np.isfinite(lifetime).all()
    assert (value.lifetime_value(found.cut, years=1) <= lifetime + 1e-9).all()


def test_reasons_add_up_to_every_rung_and_name_the_customers_own_numbers(found: Forecast, learnt: Training):
    ladder = found.model.ladder
    for rung in ladder.rungs:
        level = season(ladder, rung, None, learnt.learnt_from)
        why = reasons.explain(ladder, found.cut, rung, level)
        margin = ladder.margin(found.cut, rung) + level.level
        assert np.abs(why.base + why.effects.sum(axis=1) - margin).max() < 1e-9
        assert np.abs(why.effects[found.cut.is_active].mean(axis=0)).max() < 1e-9
    assert reasons.words("silence", 40.0, 12.4, "CNY") == (
        "No order for 40 days; orders came every 12 days on average.",
        "已有 40 天未下单；平均每 12 天下单一次。",
    )
    assert all(en and zh for en, zh in (reasons.words(code, 0.5, float("nan"), "CNY") for code in reasons.CODES))
    assert reasons.words("silence", 1, 30, "CNY")[0] == "No order for 1 day; orders came every 30 days on average."


def test_the_longer_a_customer_is_silent_the_more_it_speaks_for_leaving(found: Forecast):
    why = reasons.explain(found.model.ladder, found.cut, found.rung, found.model.season)
    silence = why.effects[:, reasons.CODES.index("silence")]
    back = found.cut.known.histories.repeats > 0
    assert np.corrcoef(silence[back], np.log1p(found.cut.known.recency[back]))[0, 1] < -0.5


def test_a_model_from_the_shelf_scores_the_same_to_the_last_digit(plan: Plan, found: Forecast):
    kept = Model.from_dict(json.loads(json.dumps(found.model.to_dict(), allow_nan=False)))
    assert kept.to_dict() == found.model.to_dict()
    again = score(kept, plan.log, plan.as_of)
    assert np.array_equal(again.margin, found.margin)
    for column in ("expected_orders", "expected_net_revenue", "lower_80", "upper_80"):
        assert np.array_equal(getattr(again.outlook, column), getattr(found.outlook, column))
    assert again.moved == found.moved
    for rung in kept.ladder.rungs:
        assert np.array_equal(kept.ladder.margin(found.cut, rung), found.model.ladder.margin(found.cut, rung))


def test_a_model_of_last_week_says_nearly_what_one_of_today_says(orders: pd.DataFrame, plan: Plan, found: Forecast):
    older = train(asked(orders, NOW - 6)).model
    later = score(older, plan.log, plan.as_of)
    assert len(later.buys) == len(found.buys), "who came since is scored as well"
    active = found.cut.is_active
    assert np.corrcoef(later.margin[active], found.margin[active])[0, 1] > 0.99
    assert abs(later.buys[active].mean() - found.buys[active].mean()) < 0.03


def test_a_model_has_drifted_when_a_limit_is_passed_that_was_not_in_training(found: Forecast):
    here, far = Moved("score", 0.1), Moved("score", 0.4)
    for then, now, has_drifted in ((here, here, False), (here, far, True), (far, far, False), (far, here, False)):
        model = dataclasses.replace(found.model, moved=(then,))
        assert dataclasses.replace(found, model=model, moved=(now,)).has_drifted is has_drifted


def test_orders_and_money_get_the_level_that_each_of_them_had(learnt: Training):
    margins = [learnt.model.ladder.margin(cut, "btyd") for cut in learnt.learnt_from]
    told = zip(learnt.learnt_from, margins, strict=True)
    past, more = [value.Past(cut, margin, level_of(cut, margin)) for cut, margin in told], []
    for one in past:
        came = dataclasses.replace(one.cut.outcome, orders=1.5 * one.cut.outcome.orders)
        more.append(value.Past(dataclasses.replace(one.cut, came=came), one.margin, one.level))
    plain, higher = (value.train(each, None) for each in (past, more))
    assert higher.orders_level - plain.orders_level == pytest.approx(PERSISTS * np.log(1.5))
    assert higher.level == plain.level


def test_thirty_days_ago_is_what_the_same_model_says_of_the_customers_as_they_were(found: Forecast):
    before = health.chances_before(found)
    known = found.cut.known
    assert np.array_equal(np.isnan(before), known.histories.observed <= 30)
    quiet = (known.recency > 30) & found.cut.is_active
    assert (found.buys[quiet] < before[quiet]).mean() > 0.95  # who has only been silent since is less likely to come
    came = (known.recency <= 10) & (known.histories.repeats > 0) & (known.histories.observed > 60)
    assert (found.buys[came] > before[came]).mean() > 0.5


def test_texts_made_once_for_all_are_those_of_everybody_alone():
    rng = np.random.default_rng(4)
    codes = rng.integers(0, len(reasons.CODES), 3000)
    share = codes == reasons.CODES.index("returns")
    values = np.where(share, rng.random(3000), rng.integers(0, 4000, 3000) / 8)
    gaps = np.where(rng.random(3000) < 0.3, np.nan, rng.random(3000) * 40)
    told = reasons.texts(codes, values, gaps, "CNY")
    alone = [reasons.words(reasons.CODES[c], v, g, "CNY") for c, v, g in zip(codes, values, gaps, strict=True)]
    assert [(told.en[at], told.zh[at]) for at in told.place] == alone


def test_no_cutoff_that_is_learnt_from_or_judged_knows_of_the_time_after_the_day(plan: Plan, learnt: Training):
    assert all(cut.known.cutoff + HORIZON <= plan.now for cut in learnt.learnt_from)
    assert all(pd.Timestamp(day) + pd.Timedelta(days=HORIZON) <= plan.as_of for day in learnt.churn_decision.cutoffs)


def test_the_future_taken_away_changes_no_feature_of_a_test(plan: Plan, learnt: Training):
    cut = learnt.learnt_from[-1]
    sealed = plan.log.before(cut.known.cutoff)
    assert sealed.day.max() < cut.known.cutoff < plan.log.day.max()
    assert (traces(sealed, snapshot(sealed, cut.known.cutoff)).values == cut.traces.values).all()


def test_who_orders_twice_a_day_has_orders_that_scatter_no_less(orders: pd.DataFrame):
    """Moments of orders and not of the days with one, which fell short of the square of the mean."""
    plain, twice = (asked(frame) for frame in (orders, pd.concat([orders, orders])))
    one, two = (prepare(plan.log, plan.now - HORIZON, HORIZON, plan.now) for plan in (plain, twice))
    assert two.orders_a_day == pytest.approx(2 * one.orders_a_day)
    for cut in (one, two):
        chance = probability(cut.log_odds)
        assert (cut.squared_orders >= cut.expected_orders**2 / chance * (1 - 1e-3)).all()


def test_a_shop_that_was_closed_is_judged_by_the_days_on_which_it_was_open(orders: pd.DataFrame):
    day = (orders["ordered_at"] - FIRST_DAY).dt.days
    some = orders["customer_id"] < "c00450"
    decision = train(asked(orders[some & ~day.between(515, 612)])).churn_decision
    assert decision.cutoffs[:2] == ("2025-09-02", "2025-03-06")
    assert len(decision.cutoffs) == 3  # of so few customers one more is looked at
    assert "nan" not in " ".join(decision.reasons_en)


def test_a_season_is_read_only_from_a_year_that_had_half_a_year_before_it(learnt: Training):
    early, all_of_them = learnt.learnt_from[-1], learnt.learnt_from
    ladder = learnt.model.ladder
    assert early.known.cutoff < 365
    source = "year_ago" if early.known.cutoff >= 180 else "newest"
    assert season(ladder, "btyd", early, all_of_them).source == source
    assert season(ladder, "btyd", None, all_of_them).source == "newest"
    assert season(ladder, "btyd", None, ()).level == 0.0


def test_the_list_of_the_last_test_is_held_against_the_orders_that_came(orders: pd.DataFrame, learnt: Training):
    """Counted anew from the frame, without anything of the models."""
    starts = pd.Timestamp(learnt.churn_decision.cutoffs[0])
    ends = starts + pd.Timedelta(days=HORIZON)
    year = orders[(orders["ordered_at"] < starts) & (orders["amount"] >= 0)].groupby("customer_id")["ordered_at"].max()
    active = year.index[year.dt.normalize() >= starts - pd.Timedelta(days=365)]
    came = orders[(orders["ordered_at"] >= starts) & (orders["ordered_at"] < ends) & orders["customer_id"].isin(active)]
    bought = came.loc[came["amount"] >= 0, "customer_id"].nunique()
    assert sum(cell.count for cell in learnt.listed) == len(active)
    assert sum(cell.left for cell in learnt.listed) == len(active) - bought
    assert sum(cell.spent_after for cell in learnt.listed) == pytest.approx(came["amount"].sum())
    shares = {
        risk: np.average([cell.left / cell.count for cell in cells], weights=[cell.count for cell in cells])
        for risk in ("high", "low")
        if (cells := [cell for cell in learnt.listed if cell.risk == risk])
    }
    assert shares["high"] > 2 * shares["low"], "who was put at high risk left more often"


def test_the_cards_say_the_same_in_two_languages(learnt: Training):
    for told in (cards.churn_card(learnt), cards.value_card(learnt)):
        card = cards.on(told, date(2026, 3, 4), date(2026, 3, 2), 7)
        assert "2026-03-04 with the model of 2026-03-02" in card.en
        assert "2026-03-04 的评分使用 2026-03-02 的模型" in card.zh
        assert len(card.en.split("\n\n")) == len(card.zh.split("\n\n"))
        assert "2025-" in card.en
        assert "nan" not in card.en.lower().split()


def test_a_population_that_did_not_move_has_no_drift_and_one_that_did_has(found: Forecast):
    here = found.cut
    assert all(moved.value == 0 for moved in drift(here, here.log_odds, reference(here, here.log_odds)))
    rng = np.random.default_rng(1)
    assert stability(tenths(rng.normal(size=2000)), rng.normal(size=2000)) < 0.05
    assert stability(tenths(rng.normal(size=2000)), rng.normal(1.0, size=2000)) > 0.5


@pytest.mark.parametrize(
    ("shop", "day", "said"),
    [
        (Shop(customers=150), NOW, "customers ordered before"),
        (Shop(customers=400, alpha=1e6), NOW, "came back"),
        (Shop(customers=400, alpha=5.0), 40, "The log covers"),
    ],
)
def test_too_little_is_refused_in_a_sentence(shop: Shop, day: int, said: str):
    with pytest.raises(Refused, match=said):
        train(asked(invent(shop), day))


def test_a_log_without_a_whole_horizon_is_judged_by_a_shorter_one_and_only_time_is_modelled(orders: pd.DataFrame):
    short = train(asked(orders, 140)).model
    assert short.ladder.rungs == ("btyd",)
    assert short.season.source == "none"
    assert short.value.nominal == (0.8,) * 4


def test_the_interval_covers_what_is_drawn_from_its_own_distribution():
    rng = np.random.default_rng(4)
    count, draws = 40, 4000
    nothing, mean, spread = rng.uniform(0, 0.7, count), rng.gamma(2.0, 50.0, count), np.full(count, 0.9)
    lower, upper = value.interval(mean, nothing, spread, np.full(count, 0.8))
    bought = rng.random((draws, count)) >= nothing
    amounts = bought * np.exp(np.log(mean / (1 - nothing)) - spread**2 / 2 + spread * rng.normal(size=(draws, count)))
    inside = ((amounts >= lower) & (amounts <= upper)).mean(axis=0)
    # A customer who buys nothing as likely as one tail is covered a tail better; all others as promised.
    assert inside.min() > 0.78
    assert inside.max() < 0.92
    assert inside[nothing > 0.2] == pytest.approx(0.8, abs=0.03)
