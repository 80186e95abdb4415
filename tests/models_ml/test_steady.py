"""Tiers and named segments: nobody flips for a day, few change on any, money does not make loyal."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models_ml import loyalty, named_segments, rfm, tiers
from models_ml.history import History
from models_ml.refusal import Refused
from models_ml.steady import AFTER_A_DEED, BY_SILENCE, Own, Settling
from models_ml.windows import MovingSums
from tests.models_ml.lives import FIRST, crowd, nothing_given_back, orders_of

DAY = FIRST + timedelta(720)
MOST_A_DAY = 0.015


PATIENCE = sorted({*AFTER_A_DEED, *BY_SILENCE})


def held(walk: list[int], patience: int) -> Settling:
    """One customer's labels; -1 is not a customer yet."""
    told = Settling(1)
    for day, code in enumerate(walk):
        who = np.arange(int(code >= 0))
        told.on(day, (who, np.full(len(who), code, dtype=np.int8)), np.full(len(who), patience))
    return told


@given(st.lists(st.integers(-1, 2), min_size=1, max_size=60), st.sampled_from(PATIENCE))
def test_a_label_is_that_of_the_latest_equal_days_in_a_row(walk: list[int], patience: int):
    known = next((place for place, code in enumerate(walk) if code >= 0), len(walk))
    walk[known:] = [max(code, 0) for code in walk[known:]]  # once a customer, always one
    windows = [walk[end - patience + 1 : end + 1] for end in range(known + patience - 1, len(walk))]
    runs = [window[0] for window in windows if len(set(window)) == 1]
    first = walk[known] if known < len(walk) else -1
    assert held(walk, patience).codes.tolist() == [runs[-1] if runs else first]


@given(st.lists(st.integers(0, 2), min_size=4, max_size=40), st.sampled_from(PATIENCE))
def test_every_label_is_kept_for_three_days_at_least(walk: list[int], patience: int):
    told = [held(walk[:end], patience) for end in range(1, 1 + len(walk))]
    changes = [day for day in range(1, len(told)) if told[day].codes[0] != told[day - 1].codes[0]]
    assert all(later - sooner >= max(patience, 3) for sooner, later in pairwise(changes))
    assert [day for day, count in told[-1].changes.items() if count] == changes


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 60), st.integers(-50, 50)), max_size=30), st.integers(1, 20)
)
def test_a_sum_carried_forward_is_the_sum_counted_afresh(events: list[tuple[int, int, int]], window: int):
    who, when, what = (np.array([event[part] for event in events], dtype=np.int64) for part in range(3))
    sums = MovingSums(3, who, when, what[:, None], window)
    for day in range(0, 90, 7):
        inside = (when < day) & (when >= day - window)
        afresh = [int(what[inside & (who == customer)].sum()) for customer in range(3)]
        assert sums.advance(day)[:, 0].tolist() == afresh


def daily_labels(orders: pd.DataFrame, last: date, days: int) -> dict[str, list[pd.Series]]:
    history, given_back = History.of(orders), nothing_given_back()
    log = named_segments.Log(history, given_back, "CNY")
    told: dict[str, list[pd.Series]] = {"value_tier": [], "loyalty_tier": [], "segment": [], "segment_8": []}
    for back in range(days, -1, -1):
        day = last - timedelta(back)
        frames = [
            tiers.score(history, given_back, day).scores,
            loyalty.score(history, day).scores,
            named_segments.score(log, day),
        ]
        for frame in frames:
            for column in told.keys() & set(frame.columns):
                told[column].append(frame.set_index("customer_id")[column])
    return told


@pytest.fixture(scope="module")
def labels() -> dict[str, list[pd.Series]]:
    """Computed for each day alone, over the turn of a quarter, as the daily job does."""
    return daily_labels(crowd(400), date(2025, 10, 10), 16)


@pytest.mark.parametrize("column", ["value_tier", "loyalty_tier", "segment", "segment_8"])
def test_nobody_flips_for_a_day_and_few_change_on_any(labels: dict[str, list[pd.Series]], column: str):
    days = labels[column]
    flips, changed = 0, []
    for one, two, three in zip(days, days[1:], days[2:], strict=False):
        both = two.reindex(one.index)
        changed.append((both != one).mean())
        flips += int(((both != one) & (three.reindex(one.index) == one)).sum())
    assert flips == 0
    assert 0 < np.mean(changed) <= MOST_A_DAY


def test_a_day_computed_alone_agrees_with_a_long_walk():
    history = History.of(crowd())
    short, long = (loyalty.score(history, DAY, warm_up).scores for warm_up in (loyalty.WARM_UP, 120))
    pd.testing.assert_frame_equal(short, long)
    log = named_segments.Log(history, nothing_given_back(), "CNY")
    short_walk, long_walk = (named_segments.settled(log, DAY, warm_up)[1] for warm_up in (named_segments.WARM_UP, 90))
    assert (short_walk["segment"].codes == long_walk["segment"].codes).all()


def features_of(orders: pd.DataFrame, day: date) -> pd.DataFrame:
    known = orders[orders["order_date"] < day].groupby("customer_id")
    return pd.DataFrame(
        {
            "as_of_date": day,
            "recency_days": (pd.Timestamp(day) - pd.to_datetime(known["order_date"].max())).dt.days,
            "order_count": known.size(),
            "net_revenue": known["net_revenue"].sum(),
            "currency_code": "CNY",
        }
    ).reset_index()


def test_named_segments_are_those_of_rfm_when_nothing_has_changed_of_late():
    history = History.of(crowd())
    log = named_segments.Log(history, nothing_given_back(), "CNY")
    today = features_of(crowd(), DAY)
    quarters = [date(2025, 10, 1), date(2025, 7, 1)]
    new, old = (
        rfm.score(rfm.train(features_of(crowd(), quarter)), today).set_index("customer_id")["segment"]
        for quarter in quarters
    )
    named = named_segments.score(log, DAY).set_index("customer_id")["segment"]
    reached = Own.of(new.index.to_numpy(dtype=object)).day <= (DAY - quarters[0]).days
    assert 0.05 < (~reached).mean() < 0.2
    assert (named == new.where(reached, old)).mean() > 0.85


def test_the_dearest_are_platinum_and_refunds_take_it_away():
    orders = orders_of({f"c{n:03}": [500] for n in range(100)}).assign(net_revenue=np.arange(1.0, 101.0))
    history, later = History.of(orders), date(2025, 7, 20)
    back = pd.DataFrame({"customer_id": ["c099"], "refund_date": [later - timedelta(9)], "refund_amount": [100.0]})
    plain, refunded = (
        tiers.score(history, frame, later).scores.set_index("customer_id")["value_tier"]
        for frame in (back.head(0), back)
    )
    assert plain.value_counts().to_dict() == {"platinum": 5, "gold": 15, "silver": 30, "bronze": 50}
    assert (plain["c099"], refunded["c099"]) == ("platinum", "bronze")


def test_whoever_stops_buying_falls_through_the_tiers_within_a_year():
    orders = orders_of({f"c{n:03}": [100] if n < 5 else [100, 300, 500, 700] for n in range(60)})
    scores = tiers.score(History.of(orders), nothing_given_back(), DAY).scores.set_index("customer_id")
    assert set(scores.loc[[f"c{n:03}" for n in range(5)], "value_tier"]) == {"bronze"}


def test_money_makes_nobody_more_loyal():
    orders = crowd()
    dearer = orders.assign(net_revenue=orders["net_revenue"] * np.where(orders["customer_id"] < "c0200", 100, 0.01))
    one, two = (loyalty.score(History.of(frame), DAY).scores for frame in (orders, dearer))
    pd.testing.assert_frame_equal(one, two)


def test_often_and_evenly_is_loyal():
    fill = {f"f{n:02}": [100 * (n % 5), 700] for n in range(30)}
    lives = fill | {"clock": list(range(370, 720, 30)), "burst": [*range(700, 712)], "once": [710]}
    scores = loyalty.score(History.of(orders_of(lives)), DAY).scores.set_index("customer_id")
    assert scores.loc["clock", "loyalty_score"] > scores.loc["once", "loyalty_score"]
    assert scores.loc["clock", "regularity_part"] > 70
    assert scores.loc["once", "regularity_part"] == 0


def test_what_is_everybodys_own_is_evenly_spread():
    own = Own.of(np.array([f"customer {n}" for n in range(9_000)], dtype=object))
    for numbers, choices in ((own.day, range(90)), (own.after_a_deed, AFTER_A_DEED), (own.by_silence, BY_SILENCE)):
        counts = np.bincount(numbers, minlength=choices[-1] + 1)[choices[0] :]
        assert len(counts) == len(choices)
        assert abs(counts / (9_000 / len(choices)) - 1).max() < 0.5
    assert abs(np.corrcoef([own.day, own.after_a_deed, own.by_silence])[np.triu_indices(3, 1)]).max() < 0.05


def test_whoever_buys_in_one_sale_does_not_change_on_one_day():
    """Five hundred who come on one day and fall silent together, beside a crowd that does not."""
    sale = pd.DataFrame({"customer_id": [f"s{n:03}" for n in range(500)], "order_date": FIRST + timedelta(600)})
    history = History.of(pd.concat([crowd(), sale.assign(net_revenue=10.0)]))
    log = named_segments.Log(history, nothing_given_back(), "CNY")
    changes = named_segments.settled(log, DAY, 100)[1]["segment"].changes
    assert sum(changes.values()) > 500
    assert max(changes.values()) < 0.1 * 500


def test_a_purchase_is_believed_sooner_than_silence():
    """Forty who had been silent for long buy; another forty, who bought as often, come no more."""
    lives = {f"back{n:02}": [10, 60, 640] for n in range(40)} | {f"gone{n:02}": [10, 60] for n in range(40)}
    log = named_segments.Log(History.of(pd.concat([crowd(), orders_of(lives)])), nothing_given_back(), "CNY")
    labels = [
        named_segments.score(log, FIRST + timedelta(day)).set_index("customer_id")["segment"] for day in (641, 646, 651)
    ]
    back, gone = ([label[label.index.str.startswith(kind)] for label in labels] for kind in ("back", "gone"))
    left = [(label != back[0]).sum() for label in back]
    assert 0 < left[1] < left[2] == 40
    assert (gone[0] == gone[2]).all()


def test_whoever_was_about_to_leave_a_label_does_so_no_later_for_another_change():
    told = Settling(1)
    for day, (code, patience) in enumerate([(0, 3), (0, 3), (1, 4), (1, 4), (2, 28), (2, 28), (2, 28), (2, 28)]):
        told.on(day, (np.array([0]), np.array([code], dtype=np.int8)), np.array([patience]))
        assert told.codes[0] == (2 if day == 7 else 0)


def test_tiers_and_loyalty_refuse_a_handful():
    history = History.of(orders_of({"a": [1, 2], "b": [3]}))
    with pytest.raises(Refused):
        tiers.score(history, nothing_given_back(), DAY)
    with pytest.raises(Refused):
        loyalty.score(history, DAY)
