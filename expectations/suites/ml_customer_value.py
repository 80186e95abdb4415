"""Are these forecasts of value fit to publish? One row per customer who ever bought; the frame needs COLUMNS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.suites.one_row_a_customer import one_row_a_customer

if TYPE_CHECKING:
    import great_expectations as gx

COLUMNS = (
    "customer_id",
    "as_of_date",
    "horizon_days",
    "expected_orders",
    "expected_net_revenue",
    "lower_80",
    "upper_80",
    "lifetime_value",
    "p_alive",
    "currency_code",
    "model",
    "model_run_id",
)
AMOUNTS = ("expected_orders", "expected_net_revenue", "lower_80", "upper_80", "lifetime_value")
# Far above any customer of a real business: an amount beyond it is a formula gone wrong.
ABSURD = 1e12


def suite() -> gx.ExpectationSuite:
    import great_expectations as gx
    import great_expectations.expectations as gxe

    return gx.ExpectationSuite(
        name="ml.customer_value",
        expectations=[
            *one_row_a_customer(COLUMNS),
            gxe.ExpectColumnUniqueValueCountToBeBetween(column="currency_code", min_value=1, max_value=1),
            gxe.ExpectColumnUniqueValueCountToBeBetween(column="model", min_value=1, max_value=1),
            *[gxe.ExpectColumnMinToBeBetween(column=column, min_value=0) for column in AMOUNTS],
            *[gxe.ExpectColumnMaxToBeBetween(column=column, max_value=ABSURD) for column in AMOUNTS],
            gxe.ExpectColumnValuesToBeBetween(column="p_alive", min_value=0, max_value=1),
            gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="upper_80", column_B="lower_80", or_equal=True),
        ],
    )
