"""What RFM promises: equal customers are treated equally, and every buyer gets one group and one class."""

import csv
import json
from decimal import Decimal
from itertools import product
from math import inf
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models_ml import rfm

SEGMENTS_SEED = Path(__file__).parents[2] / "dbt_project" / "seeds" / "segments.csv"

# Every example scores a whole shop, on a machine that may be busy with something else.
briefly = settings(max_examples=60, deadline=None)

AS_OF = pd.Timestamp("2011-12-10")

# Small ranges on purpose: ties are where quintiles go wrong.
BUYERS = st.lists(
    st.tuples(st.integers(0, 12), st.integers(1, 4), st.integers(-300, 900).map(lambda pence: pence / 100)),
    min_size=1,
    max_size=60,
)


def features_of(rows):
    """One customer a (recency_days, order_count, net_revenue), named in the order given."""
    return pd.DataFrame(
        {
            "customer_id": [f"c{number:04}" for number in range(len(rows))],
            "as_of_date": AS_OF,
            "recency_days": [row[0] for row in rows],
            "order_count": [row[1] for row in rows],
            "net_revenue": [row[2] for row in rows],
            "currency_code": "GBP",
        }
    )


def scored(rows):
    features = features_of(rows)
    return rfm.score(rfm.train(features), features)


# ---------------------------------------------------------------- scores


def fifth_by_rank(values):
    """Another way to say it: the fifth of the sorted list in which the first of the equals stands."""
    ordered = sorted(values)
    return [1 + 5 * ordered.index(value) // len(ordered) for value in values]


@briefly
@given(st.integers(1, 12).flatmap(lambda fifth: st.permutations(range(5 * fifth))))
def test_without_ties_the_scores_are_plain_fifths(ranks):
    found = scored([(len(ranks) - rank, rank + 1, float(rank)) for rank in ranks])
    fifths = [1 + rank // (len(ranks) // 5) for rank in ranks]
    assert found["r_score"].tolist() == fifths
    assert found["f_score"].tolist() == fifths
    assert found["m_score"].tolist() == fifths


@briefly
@given(BUYERS)
def test_the_scores_are_the_fifth_of_the_worst_placed_equal(rows):
    found = scored(rows)
    assert found["r_score"].tolist() == fifth_by_rank([-row[0] for row in rows])
    assert found["f_score"].tolist() == fifth_by_rank([row[1] for row in rows])
    assert found["m_score"].tolist() == fifth_by_rank([row[2] for row in rows])


def test_the_database_comes_to_the_same_scores():
    draw = np.random.default_rng(7)
    customers = 5_003
    features = features_of(
        list(
            zip(
                draw.integers(0, 400, customers),
                1 + draw.exponential(1.0, customers).astype(int),
                draw.integers(0, 10**6, customers) / 100,
                strict=True,
            )
        )
    )
    told = duckdb.sql(
        """
        select
            1 + (5 * (rank() over (order by recency_days desc) - 1)) // count(*) over () as r_score,
            1 + (5 * (rank() over (order by order_count) - 1)) // count(*) over () as f_score,
            1 + (5 * (rank() over (order by net_revenue) - 1)) // count(*) over () as m_score
        from features order by customer_id
        """
    ).df()
    found = rfm.score(rfm.train(features), features)
    pd.testing.assert_frame_equal(found[["r_score", "f_score", "m_score"]], told, check_dtype=False)
    assert set(found["f_score"]) == {1, 4, 5}, "without large ties this test would prove little"


@briefly
@given(BUYERS)
def test_equal_values_get_equal_scores_and_better_values_never_worse_ones(rows):
    found = scored(rows)
    for measure, of, ascending in [
        ("recency_days", "r_score", False),
        ("order_count", "f_score", True),
        ("net_revenue", "m_score", True),
    ]:
        by_value = found.groupby(measure)[of]
        assert (by_value.nunique() == 1).all()
        assert by_value.first().sort_index(ascending=ascending).is_monotonic_increasing


@briefly
@given(BUYERS, st.randoms())
def test_the_order_of_the_rows_changes_nothing(rows, shuffle):
    features = features_of(rows)
    order = list(range(len(rows)))
    shuffle.shuffle(order)
    shuffled = features.iloc[order]
    thresholds = rfm.train(features)
    assert rfm.train(shuffled) == thresholds
    pd.testing.assert_frame_equal(rfm.score(thresholds, shuffled), rfm.score(thresholds, features))


def test_one_time_buyers_all_score_one_where_four_in_five_bought_once():
    found = scored([(day, 1, 10.0) for day in range(80)] + [(day, 2 + day % 3, 10.0) for day in range(20)])
    assert found["f_score"].tolist() == [1] * 80 + [5] * 20


def test_a_lone_customer_and_a_crowd_of_equals_score_one():
    assert scored([(3, 2, 9.0)])[["r_score", "f_score", "m_score"]].values.tolist() == [[1, 1, 1]]
    assert set(scored([(3, 2, 9.0)] * 50)["m_score"]) == {1}


# ---------------------------------------------------------------- groups and classes


@briefly
@given(BUYERS)
def test_every_buyer_gets_one_row_one_group_and_one_class(rows):
    found = scored(rows)
    assert list(found.columns) == list(rfm.OUTPUTS)
    assert found["customer_id"].tolist() == sorted(features_of(rows)["customer_id"])
    assert found[["r_score", "f_score", "m_score"]].isin([1, 2, 3, 4, 5]).all(axis=None)
    assert found["segment"].isin(rfm.SEGMENTS).all()
    assert found["segment_8"].isin(rfm.SEGMENTS_8).all()


SPREAD = rfm.RfmThresholds(
    recency_edges=(-40.0, -30.0, -20.0, -10.0),
    order_count_edges=(2.0, 3.0, 4.0, 5.0),
    net_revenue_edges=(20.0, 30.0, 40.0, 50.0),
    mean_r_score=3.0,
    mean_f_score=3.0,
    mean_m_score=3.0,
    customer_count=100,
    currency_code="GBP",
)


def customers_with_every_score():
    cells = list(product(range(1, 6), repeat=3))
    return cells, features_of([(55 - 10 * r, f, 10.0 * m) for r, f, m in cells])


def test_the_grid_of_recency_and_frequency_uses_all_eleven_groups():
    cells, customers = customers_with_every_score()
    found = rfm.score(SPREAD, customers)
    assert list(zip(found["r_score"], found["f_score"], found["m_score"], strict=True)) == cells
    grid = found.groupby(["r_score", "f_score"])["segment"].unique()
    assert len(grid) == 25
    assert {names[0] for names in grid} == set(rfm.SEGMENTS)
    assert all(len(names) == 1 for names in grid), "money has no say in the eleven groups"
    assert {cell: names[0] for cell, names in grid.items() if cell[0] in (1, 5)} == {
        (5, 1): "new",
        (5, 2): "potential_loyalist",
        (5, 3): "potential_loyalist",
        (5, 4): "champions",
        (5, 5): "champions",
        (1, 1): "lost",
        (1, 2): "lost",
        (1, 3): "at_risk",
        (1, 4): "cant_lose",
        (1, 5): "cant_lose",
    }


@pytest.mark.parametrize(
    ("r", "f", "segment"),
    [
        (4, 1, "promising"),
        (4, 2, "potential_loyalist"),
        (4, 3, "potential_loyalist"),
        (4, 4, "loyal"),
        (4, 5, "champions"),
        (3, 1, "about_to_sleep"),
        (3, 2, "need_attention"),
        (3, 3, "need_attention"),
        (3, 4, "loyal"),
        (3, 5, "loyal"),
        (2, 1, "hibernating"),
        (2, 2, "hibernating"),
        (2, 3, "at_risk"),
        (2, 4, "at_risk"),
        (2, 5, "at_risk"),
    ],
)
def test_the_middle_of_the_grid(r, f, segment):
    cells, customers = customers_with_every_score()
    found = rfm.score(SPREAD, customers.iloc[[cells.index((r, f, 3))]])
    assert found["segment"].tolist() == [segment]


def test_a_loyal_customer_who_went_quiet_is_at_risk():
    busy_then_quiet = (300, 9, 900.0)
    found = scored([busy_then_quiet, *[(day, 1 + day % 9, 10.0 * day) for day in range(1, 50)], (900, 1, 1.0)])
    assert found["segment"].iloc[0] == "cant_lose"


@pytest.mark.parametrize(
    ("high", "segment_8"),
    [
        ("RFM", "important_value"),
        ("RM", "important_develop"),
        ("FM", "important_keep"),
        ("M", "important_retain"),
        ("RF", "general_value"),
        ("R", "general_develop"),
        ("F", "general_keep"),
        ("", "general_retain"),
    ],
)
def test_the_eight_classes_are_the_eight_corners(high, segment_8):
    row = (5 if "R" in high else 45, 5 if "F" in high else 1, 60.0 if "M" in high else 5.0)
    assert rfm.score(SPREAD, features_of([row]))["segment_8"].tolist() == [segment_8]


def test_a_score_that_equals_the_mean_is_high():
    assert rfm.score(SPREAD, features_of([(25, 3, 35.0)]))["segment_8"].tolist() == ["important_value"]


def test_the_codes_are_those_the_warehouse_names():
    with SEGMENTS_SEED.open(encoding="utf-8", newline="") as file:
        named = [(row["scheme"], int(row["rank"]), row["segment"]) for row in csv.DictReader(file)]
    in_order = [segment for scheme, _, segment in sorted(named) if scheme == "rfm"]
    assert in_order == list(rfm.SEGMENTS)
    assert {segment for scheme, _, segment in named if scheme == "rfm_8"} == set(rfm.SEGMENTS_8)
    assert len([scheme for scheme, _, _ in named if scheme in ("rfm", "rfm_8")]) == 11 + 8


# ---------------------------------------------------------------- thresholds


@briefly
@given(BUYERS)
def test_thresholds_survive_json_and_score_as_they_did(rows):
    features = features_of(rows)
    thresholds = rfm.train(features)
    stored = json.dumps(thresholds.to_dict(), allow_nan=False)
    restored = rfm.RfmThresholds.from_dict(json.loads(stored))
    assert restored == thresholds
    pd.testing.assert_frame_equal(rfm.score(restored, features), rfm.score(thresholds, features))


def test_an_edge_nobody_reaches_is_infinite_and_stored_as_null():
    thresholds = rfm.train(features_of([(3, 1, 5.0)] * 4 + [(1, 1, 5.0)]))
    assert thresholds.order_count_edges == (inf, inf, inf, inf)
    assert thresholds.recency_edges == (-1.0, -1.0, -1.0, -1.0)
    assert thresholds.to_dict()["order_count_edges"] == [None, None, None, None]


@briefly
@given(BUYERS, st.integers(0, 59))
def test_a_customer_scored_alone_scores_as_in_the_crowd(rows, chosen):
    features = features_of(rows)
    thresholds = rfm.train(features)
    place = chosen % len(rows)
    alone = rfm.score(thresholds, features.iloc[[place]])
    in_the_crowd = rfm.score(thresholds, features).iloc[[place]].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, in_the_crowd)


def test_thresholds_that_are_not_ours_are_refused():
    stored = SPREAD.to_dict()
    with pytest.raises(ValueError, match="recency_edges"):
        rfm.RfmThresholds.from_dict({key: value for key, value in stored.items() if key != "recency_edges"})
    with pytest.raises(ValueError, match="four ascending edges"):
        rfm.RfmThresholds.from_dict(stored | {"order_count_edges": [5, 4, 3, 2]})


# ---------------------------------------------------------------- reasons


@briefly
@given(BUYERS)
def test_the_reasons_agree_with_the_scores(rows):
    features = features_of(rows)
    thresholds = rfm.train(features)
    for row in rfm.score(thresholds, features).to_dict("records"):
        reasons = rfm.explain(thresholds, row)
        assert [reason.measure for reason in reasons] == list(rfm.MEASURES)
        assert [reason.score for reason in reasons] == [row["r_score"], row["f_score"], row["m_score"]]
        high = sum(4 >> place for place, reason in enumerate(reasons) if reason.is_high)
        assert rfm.SEGMENTS_8[high] == row["segment_8"]
        for reason in reasons:
            assert (reason.reached is None) == (reason.score == 1)
            for edge, is_met in [(reason.reached, True), (reason.next_edge, False)]:
                if edge is not None:
                    better = reason.value <= edge if reason.measure == "recency_days" else reason.value >= edge
                    assert better is is_met


def test_the_reasons_name_the_edges_in_days_orders_and_money():
    recency, frequency, monetary = rfm.explain(SPREAD, features_of([(25, 5, 12.5)]).iloc[0])
    assert recency == rfm.Reason("recency_days", 25.0, 3, is_high=True, reached=30.0, next_edge=20.0)
    assert frequency == rfm.Reason("order_count", 5.0, 5, is_high=True, reached=5.0, next_edge=None)
    assert monetary == rfm.Reason("net_revenue", 12.5, 1, is_high=False, reached=None, next_edge=20.0)


def test_somebody_who_has_not_bought_cannot_be_explained():
    with pytest.raises(ValueError, match="has bought"):
        rfm.explain(SPREAD, {"recency_days": None, "order_count": 0, "net_revenue": 0})


# ---------------------------------------------------------------- what is refused, and left out


def test_customers_without_an_order_are_left_out():
    bought = features_of([(3, 1, 5.0), (2, 2, 8.0)])
    never = features_of([(None, 0, 0.0)] * 3).assign(customer_id=["x", "y", "z"])
    both = pd.concat([never, bought], ignore_index=True)
    assert rfm.train(both) == rfm.train(bought)
    assert rfm.score(rfm.train(both), both)["customer_id"].tolist() == ["c0000", "c0001"]


def test_money_may_come_as_decimals():
    rows = [(day, 1 + day % 4, 2.5 * day) for day in range(30)]
    exact = features_of([(days, orders, Decimal(str(money))) for days, orders, money in rows])
    assert rfm.train(exact) == rfm.train(features_of(rows))


@pytest.mark.parametrize("features", [features_of([]), features_of([(None, 0, 0.0)])])
def test_a_shop_without_orders_is_told_so(features):
    with pytest.raises(rfm.NobodyHasBought, match="orders been delivered"):
        rfm.train(features)
    with pytest.raises(rfm.NobodyHasBought):
        rfm.score(SPREAD, features)


@pytest.mark.parametrize("column", rfm.INPUTS)
def test_a_missing_column_is_named(column):
    with pytest.raises(ValueError, match=f"needs the columns {column}"):
        rfm.train(features_of([(3, 1, 5.0)]).drop(columns=column))


@pytest.mark.parametrize("column", rfm.INPUTS)
def test_an_empty_cell_of_a_buyer_is_refused(column):
    features = features_of([(3, 1, 5.0), (4, 2, 6.0)]).astype({column: object})
    features.loc[0, column] = None
    with pytest.raises(ValueError, match=f"{column} is empty"):
        rfm.train(features)


@pytest.mark.parametrize(
    ("column", "cells", "sentence"),
    [
        ("recency_days", [-1, 4], "recency_days is negative for 1 buyers"),
        ("order_count", [-1, 4], "order_count is negative for 1 customers"),
        ("net_revenue", [inf, 4], "net_revenue is empty or infinite for 1 of 2"),
        ("net_revenue", ["twelve", 4], "net_revenue must be a number"),
        ("customer_id", ["c1", "c1"], "1 rows repeat a customer_id"),
        ("as_of_date", [AS_OF, AS_OF + pd.Timedelta(days=1)], "2 different days"),
        ("currency_code", ["GBP", "CNY"], "mix the currencies CNY, GBP"),
    ],
)
def test_features_that_cannot_be_compared_are_refused(column, cells, sentence):
    features = features_of([(3, 1, 5.0), (4, 2, 6.0)])
    features[column] = cells
    with pytest.raises(ValueError, match=sentence) as refusal:
        rfm.train(features)
    assert "twelve" not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_thresholds_in_pounds_do_not_score_yuan():
    with pytest.raises(ValueError, match="in GBP, the features in CNY"):
        rfm.score(SPREAD, features_of([(3, 1, 5.0)]).assign(currency_code="CNY"))
