"""Personas, preferences, trust and health: stable, shrunk, monotone, and silent when nothing is known."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models_ml import health, persona, preference, trust
from models_ml.persona_words import NAMES, honesty, profiles
from models_ml.refusal import Refused

DAY = date(2026, 11, 1)
NO_APPEALS = pd.DataFrame(columns=["decided_at", "customer_id", "decision"])


# ---------------------------------------------------------------- personas


def habits(size: int = 900, seed: int = 5) -> pd.DataFrame:
    """Customers of three kinds: frequent and broad, dear, cheap."""
    dice = np.random.default_rng(seed)
    kind = np.arange(size) % 3
    often = np.where(kind == 0, 9, 1.5) * dice.lognormal(0, 0.3, size)
    return pd.DataFrame(
        {
            "customer_id": [f"c{number:04}" for number in range(size)],
            "as_of_date": DAY,
            "order_count": 1,
            "orders_365d": np.rint(often),
            "avg_order_value": np.choose(kind, [400, 900, 120]) * dice.lognormal(0, 0.3, size),
            "price_level": np.choose(kind, [1.0, 1.8, 0.5]) * dice.lognormal(0, 0.15, size),
            "category_count": np.where(kind == 0, 6, 2) + dice.integers(0, 2, size),
            "discount_share": 0.05 * dice.random(size),
            "currency_code": "CNY",
        }
    )


@pytest.fixture(scope="module")
def found() -> persona.Personas:
    return persona.train(habits(), habits().head(0), seed=1)


def test_kinds_of_customers_that_exist_are_found_and_named(found: persona.Personas):
    scores = persona.score(found, habits())
    kind = scores["customer_id"].str[1:].astype(int) % 3
    by_kind = scores.groupby(kind.to_numpy())["persona"].agg(lambda labels: labels.mode()[0])
    assert by_kind.tolist() == ["regulars", "premium", "thrifty"]
    assert (found.stability >= 0.9, found.silhouette > 0.3) == (True, True)
    assert scores["confidence"].between(0, 1).all()


def test_a_label_does_not_depend_on_who_else_is_scored_nor_on_the_order_of_rows(found: persona.Personas):
    everybody = habits()
    some = everybody.sample(100, random_state=2)
    alone = persona.score(found, some).set_index("customer_id")["persona"]
    together = persona.score(found, everybody).set_index("customer_id")["persona"]
    assert (alone == together.reindex(alone.index)).all()
    others = everybody.sample(frac=1, random_state=3).assign(customer_id=[f"x{n:04}" for n in range(900)])
    again = persona.train(others, everybody.head(0), seed=1)
    assert again.to_dict() == found.to_dict(), "other random ids give the same groups to the last digit"


def test_a_refit_on_other_customers_keeps_the_names():
    older, newer = habits(seed=5), habits(seed=6)
    first = persona.train(older, older.head(0), seed=1)
    second = persona.train(newer, older, seed=2)
    labels = [persona.score(fit, older)["persona"] for fit in (first, second)]
    assert (labels[0] == labels[1]).mean() > 0.95


def test_a_habit_that_no_system_tells_of_is_left_out():
    without = habits().assign(price_level=np.nan, discount_share=0.0)
    fit = persona.train(without, without.head(0), seed=1)
    assert fit.habits == ("often", "basket", "broad")
    assert persona.score(fit, without)["persona"].notna().all()


def test_words_are_measured_differences_in_both_languages(found: persona.Personas):
    scores = persona.score(found, habits())
    told = profiles(found, persona.explain(scores, habits()), "CNY").set_index("persona")
    assert told["customer_count"].sum() == 900
    assert told["customer_share"].sum() == pytest.approx(1)
    dear = habits()[habits()["customer_id"].isin(scores.loc[scores["persona"] == "premium", "customer_id"])]
    price = f"{100 * dear['price_level'].mean():.0f} %"
    assert price in told.loc["premium", "text_en"]
    assert price in told.loc["premium", "text_zh"]
    assert set(NAMES) == set(persona.ARCHETYPES)


def test_a_continuum_is_called_one(found: persona.Personas):
    dice = np.random.default_rng(4)
    cloud = habits().assign(
        orders_365d=dice.poisson(4, 900),
        avg_order_value=dice.lognormal(5, 1, 900),
        price_level=dice.lognormal(0, 1, 900),
    )
    fit = persona.train(cloud, cloud.head(0), seed=1)
    assert "not natural clusters" in honesty(fit)[0]
    assert "并非天然聚类" in honesty(fit)[1]
    assert "visibly apart" in honesty(found)[0]


# ---------------------------------------------------------------- preferences


def purchases(rows: dict[str, dict[str, int]]) -> pd.DataFrame:
    flat = [(who, value, number) for who, counts in rows.items() for value, number in counts.items()]
    return pd.DataFrame(flat, columns=["customer_id", "value", "purchases"])


def likers() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Most love tea in the south and toys in the north; of three nothing is known."""
    tastes = [{"tea": 9, "toys": 1}, {"tea": 8, "toys": 2}, {"tea": 1, "toys": 9}]
    other = {"tea": "toys", "toys": "tea"}
    counts = {f"s{n}": tastes[n % 3] for n in range(40)}
    counts |= {f"n{n}": {other[value]: number for value, number in tastes[n % 3].items()} for n in range(40)}
    who = [*counts, "s_new", "n_new", "stranger"]
    groups = ["south"] * 40 + ["north"] * 40 + ["south", "north", "nowhere"]
    return purchases(counts), pd.DataFrame({"customer_id": who, "peer_group": groups})


def test_own_purchases_count_first_then_peers_then_everybody():
    counts, customers = likers()
    told = preference.score(preference.train(counts, customers), counts, customers).set_index("customer_id")
    assert told.loc[["s0", "n0"], ["preference", "basis"]].to_numpy().tolist() == [["tea", "own"], ["toys", "own"]]
    assert told.loc[["s_new", "n_new"], ["preference", "basis"]].to_numpy().tolist() == [
        ["tea", "peers"],
        ["toys", "peers"],
    ]
    assert told.loc["stranger", "basis"] == "everybody"
    assert told["confidence"].between(0, 1).all()
    assert list(told.index) == customers["customer_id"].tolist()


@given(st.integers(1, 30), st.integers(0, 30))
def test_the_more_often_the_surer(times: int, others: int):
    counts, customers = likers()
    taste = preference.train(counts, customers)
    one = pd.DataFrame({"customer_id": ["x"], "peer_group": ["south"]})
    sure = [
        preference.score(taste, purchases({"x": {"tea": number, "toys": others} if others else {"tea": number}}), one)
        for number in (times, times + 1)
    ]
    if sure[0]["preference"][0] == sure[1]["preference"][0] == "tea":
        assert sure[1]["confidence"][0] > sure[0]["confidence"][0]


def test_confidence_is_the_share_that_comes_true():
    dice = np.random.default_rng(8)
    tastes = dice.dirichlet([0.6, 0.6, 0.6, 0.6], 1_500)
    seen = np.array([dice.multinomial(dice.integers(1, 12), taste) for taste in tastes])
    rows = {f"c{n:04}": {f"v{v}": int(k) for v, k in enumerate(row) if k} for n, row in enumerate(seen)}
    customers = pd.DataFrame({"customer_id": list(rows), "peer_group": "all"})
    counts = purchases(rows)
    told = preference.score(preference.train(counts, customers), counts, customers)
    true_share = tastes[np.arange(len(tastes)), told["preference"].str[1:].astype(int)]
    assert true_share.mean() == pytest.approx(told["confidence"].mean(), abs=0.02)


def test_one_value_only_is_no_preference():
    counts, customers = likers()
    with pytest.raises(Refused, match="values to choose from"):
        preference.train(counts.assign(value="tea"), customers)


# ---------------------------------------------------------------- trust

NORMS = trust.Norms((0.07, 0.01, 0.04, 0.03, 0.005), 0.3)
KINDS = list(trust.CONDUCT)
UNCLEAR = [*KINDS, "given_back_whole"]


def conduct(order_count: int, **counted: int) -> pd.DataFrame:
    orders = {"order_count": order_count, "sent_count": order_count, "several_lines_count": order_count // 2}
    row = {"customer_id": "x", **orders, "given_back_whole": 0} | dict.fromkeys(KINDS, 0) | counted
    return pd.DataFrame([row])


def score_of(frame: pd.DataFrame) -> float:
    return float(trust.score(NORMS, frame, NO_APPEALS, DAY)["trust_score"][0])


@settings(max_examples=60)
@given(
    st.integers(1, 60),
    st.sampled_from(UNCLEAR),
    st.integers(0, 20),
    st.lists(st.integers(0, 20), min_size=6, max_size=6),
)
def test_misconduct_never_raises_trust(orders: int, kind: str, times: int, others: list[int]):
    base = dict(zip(UNCLEAR, others, strict=True))
    before, after = (score_of(conduct(orders, **(base | {kind: number}))) for number in (times, times + 1))
    assert 0 <= after <= before <= 100


def test_a_mishap_of_a_newcomer_is_forgiven_and_a_habit_is_not():
    mishap, habit = conduct(2, late_payments=1), conduct(20, late_payments=10)
    assert score_of(mishap) > score_of(habit)
    told = trust.score(NORMS, habit, NO_APPEALS, DAY).iloc[0]
    assert (told["trust_band"], told["reason_1"], told["reason_2"]) == ("low", "late_payments", None)


def test_single_lines_given_back_are_shared_out_as_orders_of_several_lines_say():
    """2 % of a thousand orders of several lines were refused, 5 % of a thousand of one line came back: two fifths of
    those were refused, the others returned, and everybody's rates add up to what was counted."""
    crowd = conduct(2000, refused_deliveries=20, given_back_whole=50, returns=100)
    norms = trust.train(crowd)
    assert norms.refused_part == pytest.approx(0.4)
    returned, refused = norms.rates[:2]
    assert (returned * 2000, refused * 2000) == pytest.approx((130, 40))
    in_the_shop = conduct(2000, returns=150).assign(sent_count=0, several_lines_count=0)
    assert trust.train(in_the_shop).rates[1] == 0


def test_a_long_clean_record_is_high_and_a_stranger_is_not():
    clean, stranger = (trust.score(NORMS, conduct(orders), NO_APPEALS, DAY).iloc[0] for orders in (40, 1))
    assert (clean["trust_band"], clean["reason_1"]) == ("high", "clean_record")
    assert (stranger["trust_band"], stranger["reason_1"]) == ("normal", "little_known")


def test_points_of_all_kinds_add_up_to_the_score():
    frame = pd.concat([conduct(9, returns=2, late_payments=1), conduct(30, coupon_abuse=3)], ignore_index=True)
    frame["customer_id"] = ["x", "y"]
    points = trust.explain(NORMS, frame).sum(axis=1) + trust.UNKNOWN
    scores = trust.score(NORMS, frame, NO_APPEALS, DAY)["trust_score"]
    np.testing.assert_allclose(points, scores, atol=1e-9)


def test_nothing_but_conduct_is_read():
    assert ("customer_id", *trust.COUNTS, *trust.CONDUCT) == trust.INPUTS
    plain = conduct(5, returns=1)
    person = plain.assign(gender="female", age=70, country="FR", city="Lyon", language="fr")
    pd.testing.assert_frame_equal(*(trust.score(NORMS, frame, NO_APPEALS, DAY) for frame in (plain, person)))


def test_an_appeal_that_was_granted_counts_from_the_next_day_and_can_be_undone():
    bad = conduct(20, late_payments=10)

    def told(decisions: list[tuple[str, str]], day: date) -> tuple[str, bool]:
        rows = [(when, "x", what) for when, what in decisions]
        found = trust.score(NORMS, bad, pd.DataFrame(rows, columns=list(NO_APPEALS.columns)), day).iloc[0]
        return found["trust_band"], bool(found["is_overridden"])

    granted = [("2026-10-05", "trusted")]
    assert told(granted, date(2026, 10, 5)) == ("low", False)
    assert told(granted, DAY) == ("normal", True)
    assert told([*granted, ("2026-10-20", "undo")], DAY) == ("low", False)
    with pytest.raises(ValueError, match="one of trusted, undo"):
        told([("2026-10-05", "forgiven")], DAY)


# ---------------------------------------------------------------- health


def chances(*values: float, before: float = np.nan) -> pd.DataFrame:
    ids = [f"c{number}" for number in range(len(values))]
    told = {"purchase_probability": values, "purchase_probability_30d_ago": before}
    return pd.DataFrame({"customer_id": ids, **told, **dict.fromkeys(health.REASONS, "recency")})


def test_health_is_the_chance_and_its_change_is_against_thirty_days_ago():
    told = health.score(pd.concat([chances(0.5, before=0.7), chances(0.25)]), DAY)
    assert told["health_score"].tolist() == [50.0, 25.0]
    assert told["change_30d"].tolist() == pytest.approx([-20, np.nan], nan_ok=True)


def test_without_a_published_chance_there_is_no_health():
    with pytest.raises(Refused, match="made up") as refused:
        health.score(chances(), DAY)
    assert "流失模型" in refused.value.zh
