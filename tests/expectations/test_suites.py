"""Every suite lets the good through, and each of its checks can fail."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from expectations.gate import inspect, name_of
from expectations.suites import (
    ml_rfm,
    profile,
    published_customer_360,
    published_daily_business,
    published_fct_orders,
    raw_retail_order_lines,
)
from models_ml import rfm
from orchestration import door
from orchestration.ingestion.contracts import load_contracts

ROOT = Path(__file__).parents[2]
CONTRACTS = {
    path.relative_to(ROOT / "data" / "contracts").with_suffix("").as_posix(): yaml.safe_load(path.read_text("utf-8"))
    for path in sorted((ROOT / "data" / "contracts").glob("*/*.yml"))
}


FEEDS = {contract.name: contract for contract in load_contracts(ROOT / "data" / "contracts")}


def raw_suite(feed):
    return door.raw_suite(FEEDS[feed])


def good_profile(contract):
    """What SQL would measure of a delivery nobody can complain about."""
    measures = {"row_count": 100, "quarantined_share": 0.0}
    for column in contract["columns"]:
        name, kind = column["name"], column["type"]
        measures |= {f"{name}.missing_share": 0.0, f"{name}.distinct_count": 10}
        if kind in ("integer", "decimal"):
            measures |= {f"{name}.min": 1, f"{name}.max": 9}
        if kind in ("date", "timestamp"):
            measures |= {f"{name}.days_after_delivery": -1, f"{name}.earliest_year": 2010}
    return pd.DataFrame([measures])


def a_broken_value(configuration):
    most = configuration.kwargs.get("max_value")
    return configuration.kwargs["min_value"] - 1 if most is None else most + 1


def names(suite):
    return [name_of(configuration) for configuration in suite.expectation_configurations]


# ---------------------------------------------------------------- raw feeds


def test_every_suite_written_for_a_feed_has_its_feed_and_every_feed_has_a_suite():
    written = {path.stem for path in (ROOT / "expectations" / "suites").glob("raw_*.py")}
    assert written < {f"raw_{feed.replace('/', '_')}" for feed in CONTRACTS}
    assert all(len(names(raw_suite(feed))) >= 2 for feed in CONTRACTS)


@pytest.mark.parametrize("feed", CONTRACTS)
def test_a_good_delivery_passes_every_check(feed):
    verdict = inspect(good_profile(CONTRACTS[feed]), raw_suite(feed))
    assert verdict.suite == f"raw_{feed.replace('/', '.')}"
    assert (verdict.broken, verdict.warnings) == ([], [])


@pytest.mark.parametrize("feed", CONTRACTS)
def test_every_check_of_a_raw_suite_can_fail(feed):
    suite, measures = raw_suite(feed), good_profile(CONTRACTS[feed])
    for configuration in suite.expectation_configurations:
        measures[configuration.kwargs["column"]] = a_broken_value(configuration)
    verdict = inspect(measures, suite)
    assert verdict.broken + verdict.warnings == names(suite)


def test_each_broken_measure_breaks_its_check_and_no_other():
    suite, good = raw_retail_order_lines.suite(), good_profile(CONTRACTS["retail/order_lines"])
    for configuration in suite.expectation_configurations:
        column = configuration.kwargs["column"]
        verdict = inspect(good.assign(**{column: a_broken_value(configuration)}), suite)
        assert verdict.broken + verdict.warnings == [name_of(configuration)]


@pytest.mark.parametrize("feed", CONTRACTS)
def test_a_profile_that_does_not_measure_passes_nothing(feed):
    verdict = inspect(pd.DataFrame({"something_else": [1]}), raw_suite(feed))
    assert verdict.broken + verdict.warnings == names(raw_suite(feed))


@pytest.mark.parametrize("kind", [float, object])
@pytest.mark.parametrize("feed", CONTRACTS)
def test_an_empty_measure_passes_only_where_a_column_may_be_empty(feed, kind):
    suite = raw_suite(feed)
    nothing = good_profile(CONTRACTS[feed]).astype(object).assign(**dict.fromkeys(measured_by(suite), None))
    verdict = inspect(nothing.astype(kind), suite)
    may_be_empty = (".min)", ".max)", ".days_after_delivery)", ".earliest_year)")
    assert verdict.broken + verdict.warnings == [name for name in names(suite) if not name.endswith(may_be_empty)]


def measured_by(suite):
    return [configuration.kwargs["column"] for configuration in suite.expectation_configurations]


@pytest.mark.parametrize("feed", CONTRACTS)
def test_required_columns_must_be_filled(feed):
    required = [
        column["name"]
        for column in CONTRACTS[feed]["columns"]
        if column.get("required") and column.get("level") != "order"
    ]
    half_empty = good_profile(CONTRACTS[feed]).assign(**{f"{name}.missing_share": 0.5 for name in required})
    broken = inspect(half_empty, raw_suite(feed)).broken
    assert sorted(broken) == sorted(f"expect_column_max_to_be_between({name}.missing_share)" for name in required)


@pytest.mark.parametrize(
    "feed",
    [
        feed
        for feed, contract in CONTRACTS.items()
        if not feed.startswith("retail/")
        and any(
            column["type"] == "timestamp" and column.get("required") and column.get("level") != "order"
            for column in contract["columns"]
        )
    ],
)
def test_newer_rows_in_the_folder_of_an_older_day_only_warn(feed):
    dates = [column["name"] for column in CONTRACTS[feed]["columns"] if column["type"] in ("date", "timestamp")]
    years_later = good_profile(CONTRACTS[feed]).assign(**{f"{name}.days_after_delivery": 4_500 for name in dates})
    verdict = inspect(years_later, raw_suite(feed))
    assert verdict.passed
    assert verdict.warnings


def test_a_sale_of_the_day_after_tomorrow_stops_the_run():
    good = good_profile(CONTRACTS["retail/order_lines"])
    suite = raw_retail_order_lines.suite()
    assert inspect(good.assign(**{"invoice_date.days_after_delivery": 1}), suite).passed
    assert inspect(good.assign(**{"invoice_date.days_after_delivery": 2}), suite).broken == [
        "expect_column_values_to_be_between(invoice_date.days_after_delivery)"
    ]


def test_half_the_lines_may_be_those_of_guests():
    good = good_profile(CONTRACTS["retail/order_lines"])
    suite = raw_retail_order_lines.suite()
    assert inspect(good.assign(**{"customer_id.missing_share": 0.5}), suite).passed
    assert not inspect(good.assign(**{"customer_id.missing_share": 0.51}), suite).passed


def test_only_warning_leaves_the_expectation_itself_alone():
    stopping = profile.volume(minimum=3)
    (warning,) = profile.only_warn(stopping)
    assert (warning.severity, stopping[0].severity) == ("warning", "critical")
    assert warning.configuration.kwargs == stopping[0].configuration.kwargs


# ---------------------------------------------------------------- scores


def rfm_scores():
    customers = 60
    features = pd.DataFrame(
        {
            "customer_id": [f"c{number:03}" for number in range(customers)],
            "as_of_date": pd.Timestamp("2011-12-10"),
            "recency_days": range(customers),
            "order_count": [1 + number % 7 for number in range(customers)],
            "net_revenue": [12.5 * (number % 11) for number in range(customers)],
            "currency_code": "GBP",
        }
    )
    return rfm.score(rfm.train(features), features)


def test_the_scores_of_our_model_pass():
    verdict = inspect(rfm_scores(), ml_rfm.suite())
    assert (verdict.broken, verdict.warnings) == ([], [])


def test_the_suite_knows_the_columns_and_codes_of_the_model():
    assert ml_rfm.COLUMNS == rfm.OUTPUTS
    assert ml_rfm.SEGMENTS == rfm.SEGMENTS
    assert set(ml_rfm.SEGMENTS_8) == set(rfm.SEGMENTS_8)


@pytest.mark.parametrize(
    ("column", "cell", "broken"),
    [
        ("customer_id", "c001", "expect_column_values_to_be_unique(customer_id)"),
        ("as_of_date", pd.Timestamp("2011-12-11"), "expect_column_unique_value_count_to_be_between(as_of_date)"),
        ("currency_code", "CNY", "expect_column_unique_value_count_to_be_between(currency_code)"),
        ("recency_days", -1, "expect_column_min_to_be_between(recency_days)"),
        ("order_count", 0, "expect_column_min_to_be_between(order_count)"),
        ("r_score", 0, "expect_column_distinct_values_to_be_in_set(r_score)"),
        ("f_score", 6, "expect_column_distinct_values_to_be_in_set(f_score)"),
        ("m_score", 2.5, "expect_column_distinct_values_to_be_in_set(m_score)"),
        ("segment", "vip", "expect_column_distinct_values_to_be_in_set(segment)"),
        ("segment_8", "champions", "expect_column_distinct_values_to_be_in_set(segment_8)"),
    ],
)
def test_one_wrong_score_is_refused_by_name(column, cell, broken):
    scores = rfm_scores()
    scores[column] = [cell, *scores[column][1:]]
    assert inspect(scores, ml_rfm.suite()).broken == [broken]


def test_an_empty_cell_and_an_empty_table_of_scores_are_refused():
    for column in ml_rfm.COLUMNS:
        scores = rfm_scores()
        scores[column] = [None, *scores[column][1:]]
        assert f"expect_column_values_to_not_be_null({column})" in inspect(scores, ml_rfm.suite()).broken
    assert "expect_table_row_count_to_be_between" in inspect(rfm_scores()[:0], ml_rfm.suite()).broken


# ---------------------------------------------------------------- published tables


def customers():
    bought = rfm_scores()[:3].assign(entity_type="person", record_count=2, has_ordered=True)
    never = dict.fromkeys(bought) | {
        "customer_id": "n001",
        "as_of_date": pd.Timestamp("2011-12-10"),
        "entity_type": "account",
        "record_count": 1,
        "has_ordered": False,
        "order_count": 0,
    }
    both = pd.DataFrame([*bought.to_dict("records"), never])
    return both.astype({"has_ordered": bool, "r_score": float, "f_score": float, "m_score": float})


def test_the_page_of_buyers_and_others_passes():
    assert set(published_customer_360.COLUMNS) == set(customers().columns)
    verdict = inspect(customers(), published_customer_360.suite())
    assert (verdict.broken, verdict.warnings) == ([], [])


@pytest.mark.parametrize("kind", [float, object])
def test_a_warehouse_in_which_nobody_has_bought_yet_may_be_published(kind):
    nobody_bought = customers().query("not has_ordered")
    nobody_bought = nobody_bought.astype(dict.fromkeys(["recency_days", "r_score", "f_score", "m_score"], kind))
    assert inspect(nobody_bought, published_customer_360.suite()).broken == []


def test_a_warehouse_without_customers_may_not_be_published():
    assert "expect_table_row_count_to_be_between" in inspect(customers()[:0], published_customer_360.suite()).broken


BUYER, OTHER = 0, 3


@pytest.mark.parametrize(
    ("row", "column", "cell", "broken"),
    [
        (BUYER, "customer_id", None, "expect_column_values_to_not_be_null(customer_id)"),
        (BUYER, "customer_id", "n001", "expect_column_values_to_be_unique(customer_id)"),
        (OTHER, "as_of_date", pd.Timestamp("2011-12-09"), "expect_column_unique_value_count_to_be_between(as_of_date)"),
        (BUYER, "currency_code", "CNY", "expect_column_unique_value_count_to_be_between(currency_code)"),
        (OTHER, "entity_type", "robot", "expect_column_distinct_values_to_be_in_set(entity_type)"),
        (OTHER, "record_count", 0, "expect_column_min_to_be_between(record_count)"),
        (BUYER, "recency_days", -1, "expect_column_values_to_be_between(recency_days)"),
        (OTHER, "order_count", -1, "expect_column_min_to_be_between(order_count)"),
        (BUYER, "order_count", 0, "expect_column_values_to_be_between(order_count)"),
        (BUYER, "net_revenue", None, "expect_column_values_to_not_be_null(net_revenue)"),
        (BUYER, "r_score", 6, "expect_column_distinct_values_to_be_in_set(r_score)"),
        (BUYER, "segment", "vip", "expect_column_distinct_values_to_be_in_set(segment)"),
        (BUYER, "segment", None, "expect_column_values_to_not_be_null(segment)"),
        (BUYER, "segment_8", "vip", "expect_column_distinct_values_to_be_in_set(segment_8)"),
        (OTHER, "segment", "lost", "expect_column_values_to_be_null(segment)"),
        (OTHER, "f_score", 1, "expect_column_values_to_be_null(f_score)"),
    ],
)
def test_one_wrong_customer_is_refused_by_name(row, column, cell, broken):
    table = customers()
    table[column] = [cell if place == row else value for place, value in enumerate(table[column])]
    assert inspect(table, published_customer_360.suite()).broken == [broken]


def days():
    return pd.DataFrame(
        {
            "order_date": pd.to_datetime(["2011-12-08", "2011-12-09"]),
            "order_count": [5, 3],
            "customer_count": [4, 3],
            "new_customer_count": [1, 0],
            "guest_order_count": [1, 0],
            "gross_revenue": [100.0, 60.0],
            "refund_amount": [0.0, 80.0],
            "net_revenue": [100.0, -20.0],
            "currency_code": ["GBP", "GBP"],
        }
    )


def test_good_days_pass_and_no_day_at_all_only_warns():
    assert set(published_daily_business.COLUMNS) == set(days().columns)
    verdict = inspect(days(), published_daily_business.suite())
    assert (verdict.broken, verdict.warnings) == ([], [])
    none = inspect(days()[:0], published_daily_business.suite())
    assert (none.broken, none.warnings) == ([], ["expect_table_row_count_to_be_between"])


@pytest.mark.parametrize(
    ("column", "cell", "told"),
    [
        ("order_date", pd.Timestamp("2011-12-09"), "expect_column_values_to_be_unique(order_date)"),
        ("net_revenue", None, "expect_column_values_to_not_be_null(net_revenue)"),
        ("currency_code", "CNY", "expect_column_unique_value_count_to_be_between(currency_code)"),
        ("new_customer_count", -1, "expect_column_values_to_be_between(new_customer_count)"),
        ("customer_count", 6, "expect_column_pair_values_a_to_be_greater_than_b(order_count, customer_count)"),
        (
            "new_customer_count",
            5,
            "expect_column_pair_values_a_to_be_greater_than_b(customer_count, new_customer_count)",
        ),
        ("guest_order_count", 6, "expect_column_pair_values_a_to_be_greater_than_b(order_count, guest_order_count)"),
        ("gross_revenue", -1.0, "expect_column_values_to_be_between(gross_revenue)"),
        ("refund_amount", -1.0, "expect_column_values_to_be_between(refund_amount)"),
    ],
)
def test_one_wrong_day_is_named(column, cell, told):
    table = days()
    table[column] = [cell, *table[column][1:]]
    verdict = inspect(table, published_daily_business.suite())
    assert verdict.broken + verdict.warnings == [told]
    assert verdict.passed == (column in ("gross_revenue", "refund_amount"))


def orders():
    unmeasured = dict.fromkeys(measured_orders(), 0.0)
    return pd.DataFrame(
        [
            unmeasured
            | {"row_count": 90, "sale_count": 80, "order_id.distinct_count": 90, "currency_code.distinct_count": 1}
        ]
    )


def measured_orders():
    suite = published_fct_orders.suite()
    return [
        configuration.kwargs.get("column", "order_id.distinct_count")
        for configuration in suite.expectation_configurations
    ]


def test_good_orders_pass_and_a_shop_without_orders_only_warns():
    suite = published_fct_orders.suite()
    verdict = inspect(orders(), suite)
    assert (verdict.broken, verdict.warnings) == ([], [])
    none = inspect(orders() * 0, suite)
    assert (none.broken, none.warnings) == ([], ["expect_column_min_to_be_between(sale_count)"])


@pytest.mark.parametrize("measure", measured_orders())
def test_each_measure_of_the_orders_can_fail(measure):
    worse = {"order_id.distinct_count": 89, "sale_count": 0, "currency_code.distinct_count": 2}.get(measure, 0.9)
    for value in (worse, None):
        verdict = inspect(orders().assign(**{measure: value}), published_fct_orders.suite())
        (told,) = verdict.broken + verdict.warnings
        assert measure in told
        assert verdict.passed == (measure in ("sale_count", "sale.negative_share", "sale.guest_share"))


def test_the_measures_of_the_orders_are_all_described():
    described = published_fct_orders.__doc__
    for measure in measured_orders():
        assert measure.removesuffix(".missing_share") in described
