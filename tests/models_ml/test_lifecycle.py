"""Every customer is in one stage on every day, stages follow one another as they may, and the counts balance."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models_ml import lifecycle
from models_ml.history import History, date_of, day_number
from models_ml.refusal import Refused
from tests.models_ml.lives import FIRST, crowd, histories, orders_of

few = settings(max_examples=15, deadline=None)
NO_REFUNDS = pd.DataFrame({"customer_id": [], "refund_date": pd.to_datetime([]), "refund_amount": []})


def walked(history: History, days: int) -> dict[str, list[str | None]]:
    """The state machine taken literally: by customer, the stage on each of the days, one step a day."""
    expected = lifecycle.expected_gaps(history)
    told = {}
    for place, name in enumerate(history.customer_ids):
        mine = np.flatnonzero(history.customer == place)
        stage, stages, placed, last = None, [], 0, None
        for day in range(days):
            today = day_number(FIRST) + day
            for at in mine[history.day[mine] == today - 1]:
                placed, last = placed + 1, at
                if placed == 1:
                    stage = "acquired"
                elif stage == "lost":
                    stage = "won_back"
                else:
                    stage = "mature" if placed >= 4 else "growing"
            if last is not None and history.day[last] != today - 1:
                quiet = today - history.day[last]
                if quiet >= np.ceil(3 * expected[last]):
                    stage = "lost"
                elif quiet >= np.ceil(1.5 * expected[last]):
                    stage = "declining"
            stages.append(stage)
        told[name] = stages
    return told


@few
@given(histories(), st.integers(2, 500))
def test_any_day_is_told_as_if_one_had_walked_there_day_by_day(history: History, days: int):
    stages = walked(history, days)
    as_of = FIRST + timedelta(days - 1)
    if len(history.before(as_of)) < lifecycle.MINIMUM_CUSTOMERS:
        with pytest.raises(Refused):
            lifecycle.score(history, as_of)
        return
    scores = lifecycle.score(history, as_of).set_index("customer_id")
    for name, walk in stages.items():
        if walk[-1] is None:
            assert name not in scores.index
            continue
        changes = [day for day in range(1, len(walk)) if walk[day] != walk[day - 1]]
        before = walk[changes[-1] - 1]
        found = scores.loc[name]
        assert found["stage"] == walk[-1]
        assert (found["previous_stage"] if before else None) == before
        assert found["stage_since"].date() == FIRST + timedelta(changes[-1])


@few
@given(histories())
def test_only_the_allowed_steps_are_taken_and_every_day_balances(history: History):
    days = 450
    flows = lifecycle.flows(history, FIRST + timedelta(1), FIRST + timedelta(days))
    names = dict(enumerate(lifecycle.STAGES)) | {lifecycle.NOBODY: None}
    allowed = {(names[source], names[to]) for source, into in lifecycle.TRANSITIONS.items() for to in into}
    allowed |= {(name, name) for name in lifecycle.STAGES}
    assert set(zip(flows["from_stage"].replace({np.nan: None}), flows["to_stage"], strict=True)) <= allowed
    shape = {"index": "as_of_date", "values": "customer_count", "aggfunc": "sum", "fill_value": 0}
    opening = flows.pivot_table(columns="from_stage", **shape).reindex(columns=lifecycle.STAGES, fill_value=0)
    closing = flows.pivot_table(columns="to_stage", **shape).reindex(columns=lifecycle.STAGES, fill_value=0)
    opening = opening.reindex(closing.index, fill_value=0)
    assert (opening.to_numpy()[1:] == closing.to_numpy()[:-1]).all()
    assert closing.iloc[-1].sum() == len(history)
    assert flows["net_revenue"].sum() == pytest.approx(history.cents.sum() / 100)


def test_the_flows_end_in_the_stages_of_the_day():
    history = History.of(crowd())
    as_of = FIRST + timedelta(700)
    flows = lifecycle.flows(history, as_of - timedelta(40), as_of)
    last = flows[flows["as_of_date"] == pd.Timestamp(as_of)].groupby("to_stage")["customer_count"].sum()
    assert last.to_dict() == lifecycle.score(history, as_of)["stage"].value_counts().to_dict()


@few
@given(histories(), st.integers(100, 300), st.integers(0, 150))
def test_the_stretches_of_a_year_say_of_every_day_what_is_told_of_that_day(history: History, first: int, later: int):
    begins, ends = FIRST + timedelta(first), FIRST + timedelta(first + later)
    told = lifecycle.stage_spells(history, NO_REFUNDS, begins, ends)
    assert not told.duplicated(["customer_id", "valid_from"]).any()
    before = told.sort_values("valid_from").groupby("customer_id")[["stage", "valid_from"]].shift()
    for named, lagged in (("previous_stage", before["stage"]), ("previous_from", before["valid_from"])):
        is_told = lagged.notna()
        assert told.loc[is_told, named].eq(lagged[is_told]).all()
        assert told.loc[~is_told, "previous_from"].isna().eq(told.loc[~is_told, "previous_stage"].isna()).all()
    for day in {begins, begins + timedelta(later // 2), ends}:
        moment = pd.Timestamp(day)
        lasts = told["valid_to"].isna() | (told["valid_to"] > moment)
        on_day = told[(told["valid_from"] <= moment) & lasts].set_index("customer_id")["stage"]
        if len(history.before(day)) >= lifecycle.MINIMUM_CUSTOMERS:
            scores = lifecycle.score(history, day).set_index("customer_id")["stage"]
            pd.testing.assert_series_equal(on_day.sort_index(), scores.sort_index(), check_names=False)


def test_every_stretch_says_what_its_customer_has_brought_in_all():
    orders, day = crowd(), FIRST + timedelta(500)
    refunds = orders.iloc[::7].assign(refund_date=orders["order_date"], refund_amount=orders["net_revenue"] / 2)
    strangers = refunds.head(3).assign(customer_id="nobody")
    earlier = [frame[frame["order_date"] < day] for frame in (orders, refunds)]
    brought = earlier[0].groupby("customer_id")["net_revenue"].sum()
    brought = brought.sub(earlier[1].groupby("customer_id")["refund_amount"].sum(), fill_value=0)
    told = lifecycle.stage_spells(
        History.of(orders), pd.concat([earlier[1], strangers]), day - timedelta(60), day
    ).set_index("customer_id")["net_revenue"]
    assert told.to_numpy() == pytest.approx(brought.loc[told.index].to_numpy(), abs=0.05)


def test_a_stage_told_once_is_told_again_when_more_is_known():
    orders = crowd()
    day = FIRST + timedelta(500)
    known_then = orders[orders["order_date"] < day]
    then, now = (lifecycle.score(History.of(frame), day) for frame in (known_then, orders))
    pd.testing.assert_frame_equal(then, now)


def test_a_frequent_buyer_is_missed_sooner_than_a_rare_one():
    lives = {"often": list(range(0, 200, 10)), "seldom": [0, 95, 190]} | {f"c{n}": [n] for n in range(20)}
    scores = lifecycle.score(History.of(orders_of(lives)), FIRST + timedelta(225)).set_index("customer_id")["stage"]
    assert (scores["often"], scores["seldom"]) == ("declining", "growing")


def test_aarrr_counts_first_and_second_orders_and_who_paid():
    lives = {"a": [0, 20], "b": [1], "c": [31, 32]} | {f"d{n}": [2] for n in range(20)}
    history = History.of(orders_of(lives))
    flows = lifecycle.flows(history, FIRST, FIRST + timedelta(40))
    steps = lifecycle.aarrr(history, flows).set_index(["month", "step"])["customer_count"]
    january, february = pd.Timestamp("2024-01-01"), pd.Timestamp("2024-02-01")
    assert (steps[january, "acquisition"], steps[january, "activation"], steps[january, "revenue"]) == (22, 1, 22)
    assert (steps[february, "acquisition"], steps[february, "activation"], steps[february, "revenue"]) == (1, 1, 1)


def test_too_few_customers_are_refused_in_both_languages():
    with pytest.raises(Refused, match="3 customers have bought, at least 20") as refused:
        lifecycle.score(History.of(orders_of({"a": [1], "b": [1], "c": [2]})), date_of(day_number(FIRST) + 9))
    assert "数据不足" in refused.value.zh
