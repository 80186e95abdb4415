"""Are these probabilities fit to publish? One row per customer who ever bought; the frame needs COLUMNS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.suites.one_row_a_customer import one_row_a_customer

if TYPE_CHECKING:
    import great_expectations as gx

COLUMNS = (
    "customer_id",
    "as_of_date",
    "horizon_days",
    "churn_probability",
    "purchase_probability",
    "purchase_probability_30d_ago",
    "reason_1",
    "reason_2",
    "reason_3",
    "model",
    "model_run_id",
)
_OF_OLD_CUSTOMERS = "purchase_probability_30d_ago"
RUNGS = ("rfm_cell", "btyd", "logistic", "boosting", "mean")
REASONS = ("silence", "frequency", "spend", "tenure", "returns", "trend", "visits")


def suite() -> gx.ExpectationSuite:
    import great_expectations as gx
    import great_expectations.expectations as gxe

    return gx.ExpectationSuite(
        name="ml.churn_scores",
        expectations=[
            *one_row_a_customer([column for column in COLUMNS if column != _OF_OLD_CUSTOMERS]),
            gxe.ExpectColumnUniqueValueCountToBeBetween(column="model", min_value=1, max_value=1),
            gxe.ExpectColumnDistinctValuesToBeInSet(column="model", value_set=list(RUNGS)),
            *[
                gxe.ExpectColumnValuesToBeBetween(column=column, min_value=0, max_value=1)
                for column in ("churn_probability", "purchase_probability", _OF_OLD_CUSTOMERS)
            ],
            *[
                gxe.ExpectColumnDistinctValuesToBeInSet(column=column, value_set=list(REASONS))
                for column in ("reason_1", "reason_2", "reason_3")
            ],
        ],
    )
