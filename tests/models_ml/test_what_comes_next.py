"""Next products and dates, leads and sales: against what was planted, and against the plainest rivals."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linear_sum_assignment

from models_ml import leads, next_product, next_purchase, sales_forecast
from models_ml.history import History, day_number, days_of
from models_ml.refusal import Refused
from tests.models_ml.lives import FIRST, crowd, orders_of

DAY = FIRST + timedelta(720)


# ---------------------------------------------------------------- products


def bought() -> pd.DataFrame:
    """Two worlds of goods: a-people buy a1 to a5, b-people b1 to b5, each one thing most often."""
    dice = np.random.default_rng(2)
    rows = []
    for number in range(120):
        world = "ab"[number % 2]
        for day in range(int(dice.integers(0, 60)), 700, 45):
            thing = number % 5 + 1 if dice.random() < 0.6 else int(dice.integers(1, 5))
            rows.append((f"c{number:03}", f"{world}{thing}", FIRST + timedelta(day)))
    return pd.DataFrame(rows, columns=["customer_id", "product_id", "order_date"])


def test_what_somebody_buys_most_comes_first_and_new_things_come_from_people_like_them():
    lines = bought()
    told = next_product.score(next_product.train(lines, DAY), lines, DAY)
    again = told[(told["kind"] == "again") & (told["rank"] == 1)].set_index("customer_id")["product_id"]
    favourite = pd.Series({f"c{n:03}": f"{'ab'[n % 2]}{n % 5 + 1}" for n in range(120)})
    assert (again == favourite.reindex(again.index)).mean() > 0.8
    new = told[told["kind"] == "new"]
    assert len(new) > 0
    assert (new["product_id"].str[0] == np.where(new["customer_id"].str[1:].astype(int) % 2, "b", "a")).all()
    owned = set(zip(lines["customer_id"], lines["product_id"], strict=True))
    assert not owned & set(zip(new["customer_id"], new["product_id"], strict=True))


def test_a_purchase_of_today_outweighs_one_of_last_year_and_later_ones_do_not_count():
    lines = pd.concat([bought(), pd.DataFrame([("x", "a1", FIRST), ("x", "b2", DAY - timedelta(1)), ("x", "b3", DAY)],
                                              columns=["customer_id", "product_id", "order_date"])])  # fmt: skip
    told = next_product.score(next_product.train(lines, DAY), lines, DAY)
    mine = told[(told["customer_id"] == "x") & (told["kind"] == "again")]
    assert mine["product_id"].tolist() == ["b2", "a1"]


def test_results_do_not_depend_on_the_order_of_rows_or_the_size_of_parts(monkeypatch: pytest.MonkeyPatch):
    lines = bought()
    whole = next_product.score(next_product.train(lines, DAY), lines, DAY)
    monkeypatch.setattr(next_product, "CELLS", 30)
    mixed = lines.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(whole, next_product.score(next_product.train(mixed, DAY), mixed, DAY))


# ---------------------------------------------------------------- dates


def test_eight_in_ten_of_those_who_come_back_come_within_the_interval():
    history, cut = History.of(crowd(1_500)), FIRST + timedelta(520)
    told = next_purchase.score(next_purchase.train(history, cut), history, cut)
    later = history.day >= day_number(cut)
    came = pd.Series(history.day[later]).groupby(history.customer_ids[history.customer[later]]).first()
    both = told.assign(came=told["customer_id"].map(came)).dropna()
    inside = both["came"].between(days_of(both["earliest_date"]), days_of(both["latest_date"]))
    assert 0.70 <= inside.mean() <= 0.90


def test_dates_are_in_order_and_not_in_the_past():
    history = History.of(crowd())
    told = next_purchase.score(next_purchase.train(history, DAY), history, DAY)
    ends = [days_of(told[column]) for column in ("earliest_date", "expected_date", "latest_date")]
    assert (ends[0] >= day_number(DAY)).all()
    assert (ends[0] <= ends[1]).all()
    assert (ends[1] <= ends[2]).all()


def test_a_log_too_young_to_have_finished_gaps_is_refused():
    history = History.of(crowd())
    with pytest.raises(Refused, match="more than a year ago"):
        next_purchase.train(history, FIRST + timedelta(360))


# ---------------------------------------------------------------- leads


def lead_world(size: int = 700) -> tuple[pd.DataFrame, np.ndarray]:
    """Leads of four kinds among five representatives, each of whom is good with some; the true chance with each."""
    dice = np.random.default_rng(11)
    kind, owner, channel = dice.integers(0, 4, size), dice.integers(0, 5, size), dice.integers(0, 3, size)
    fit = 1.2 * dice.normal(size=(5, 4))
    odds = -0.6 + np.array([-0.5, 0.0, 0.6])[channel, None] + fit.T[kind]
    chance = 1 / (1 + np.exp(-odds))
    converted = dice.random(size) < chance[np.arange(size), owner]
    frame = pd.DataFrame(
        {
            "lead_id": [f"l{n:04}" for n in range(size)],
            "channel": np.array(["mail", "shop", "friend"])[channel],
            "kind": np.array(["w", "x", "y", "z"])[kind],
            "owner_id": np.array([f"r{n}" for n in range(5)])[owner],
            "response_hours": dice.exponential(5, size),
            "created_at": pd.date_range("2025-01-01", periods=size, freq="12h"),
            "is_converted": converted,
        }
    )
    return frame, chance


def test_the_match_converts_more_than_chance_and_than_the_best_on_average():
    frame, chance = lead_world()
    model, later = leads.train(frame.iloc[:500]), frame.iloc[500:].reset_index(drop=True)
    true = chance[500:]
    staff = [f"r{n}" for n in range(5)]

    def conversions(given: pd.Series) -> float:
        return float(true[np.arange(len(later)), given.str[1:].astype(int)].sum())

    given = leads.match(model, later, staff)
    capacity = int(np.ceil(leads.SLACK * len(later) / 5))
    assert given.value_counts().max() <= capacity
    by_average = leads.match(leads.rates(frame.iloc[:500], "owner_id"), later, staff)
    row, column = linear_sum_assignment(np.repeat(true, capacity, axis=1), maximize=True)
    best = np.repeat(true, capacity, axis=1)[row, column].sum()
    assert conversions(given) > 1.15 * conversions(by_average)
    assert conversions(given) > 1.15 * float(true.mean(axis=1).sum())
    assert conversions(given) > 0.85 * best


def test_what_became_known_later_does_not_move_a_score():
    frame, _ = lead_world()
    model = leads.train(frame)
    waiting = frame.head(50)
    other = waiting.assign(response_hours=999.0, is_converted=True, created_at=pd.Timestamp("2030-01-01"))
    pd.testing.assert_frame_equal(leads.score(model, waiting), leads.score(model, other))


def test_the_gate_lets_a_score_through_that_tells_and_stops_one_that_guesses():
    frame, _ = lead_world()
    assert leads.judge(frame, seed=1).is_better
    guess = frame.assign(is_converted=np.random.default_rng(5).random(len(frame)) < 0.4)
    verdict = leads.judge(guess, seed=1)
    assert not verdict.is_better
    assert "Not better than the channel's rate" in verdict.sentences()[0]
    assert "并不优于" in verdict.sentences()[1]


def test_thirty_leads_are_too_few():
    frame, _ = lead_world(30)
    with pytest.raises(Refused, match="leads have ended"):
        leads.judge(frame, seed=1)


# ---------------------------------------------------------------- sales


def test_a_yearly_season_is_told_by_the_year_ago_and_a_level_by_the_last():
    months = np.arange(36)
    seasonal = 1_000 + 600 * np.sin(2 * np.pi * months / 12)
    told = sales_forecast.forecast(seasonal, 12, 3)
    assert told.rung == "year_ago"
    np.testing.assert_allclose(told.values, seasonal[24:27], rtol=1e-6)
    walk = 1_000 * np.exp(np.cumsum(np.random.default_rng(1).normal(0, 0.05, 36)))
    assert sales_forecast.forecast(walk, 12, 3).rung in ("last", "ets")


def test_a_steady_growth_is_followed():
    told = sales_forecast.forecast(1_000 * 1.04 ** np.arange(30), 12, 2)
    assert told.values[0] == pytest.approx(1_000 * 1.04**30, rel=0.1)
    assert (told.lower_80 <= told.values).all()
    assert (told.values <= told.upper_80).all()


def test_intervals_hold_eight_in_ten():
    dice, hits = np.random.default_rng(3), []
    for _ in range(15):
        walk = 1_000 * np.exp(np.cumsum(dice.normal(0, 0.08, 30)))
        told = sales_forecast.forecast(walk[:27], 12, 3)
        hits.append((told.lower_80 <= walk[27:]) & (walk[27:] <= told.upper_80))
    assert 0.6 <= np.mean(hits) <= 0.97


def test_months_are_complete_ones():
    days = pd.date_range("2025-01-20", "2025-04-10")
    daily = pd.DataFrame({"order_date": days, "net_revenue": 1.0})
    months = sales_forecast.by_month(daily, date(2025, 4, 11))
    assert months.to_dict() == {pd.Timestamp("2025-02-01"): 28.0, pd.Timestamp("2025-03-01"): 31.0}


def test_half_a_year_is_too_short_to_foretell():
    with pytest.raises(Refused, match="complete periods"):
        sales_forecast.forecast(np.ones(6), 12, 3)


def test_orders_of_one_day_and_customer_are_added_up():
    history = History.of(pd.concat([orders_of({"b": [3, 1]}), orders_of({"b": [3], "a": [2]})]))
    assert history.customer_ids.tolist() == ["a", "b"]
    assert (history.customer.tolist(), history.cents.tolist()) == ([0, 1, 1], [1000, 1000, 2000])
    assert history.orders.tolist() == [1, 1, 2]
