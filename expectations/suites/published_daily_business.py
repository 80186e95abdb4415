"""Are the figures of the days fit to publish? One row per day with business; the frame needs COLUMNS.

No day at all only warns: a run for the shop's first day has no day before it. That the figures add up to the orders is
a dbt test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.suites.profile import only_warn

if TYPE_CHECKING:
    import great_expectations as gx

COLUMNS = (
    "order_date",
    "order_count",
    "customer_count",
    "new_customer_count",
    "guest_order_count",
    "gross_revenue",
    "refund_amount",
    "net_revenue",
    "currency_code",
)

_COUNTS = ("order_count", "customer_count", "new_customer_count", "guest_order_count")


def suite() -> gx.ExpectationSuite:
    import great_expectations as gx
    import great_expectations.expectations as gxe

    return gx.ExpectationSuite(
        name="marts.daily_business",
        expectations=[
            *[gxe.ExpectColumnValuesToNotBeNull(column=column) for column in COLUMNS],
            gxe.ExpectColumnValuesToBeUnique(column="order_date"),
            gxe.ExpectColumnUniqueValueCountToBeBetween(column="currency_code", max_value=1),
            *[gxe.ExpectColumnValuesToBeBetween(column=column, min_value=0) for column in _COUNTS],
            _at_most("customer_count", "order_count"),
            _at_most("new_customer_count", "customer_count"),
            _at_most("guest_order_count", "order_count"),
            *only_warn(
                [
                    gxe.ExpectTableRowCountToBeBetween(min_value=1),
                    # A correction booked as a sale can make a day negative: worth a look, no reason to stop.
                    gxe.ExpectColumnValuesToBeBetween(column="gross_revenue", min_value=0),
                    gxe.ExpectColumnValuesToBeBetween(column="refund_amount", min_value=0),
                ]
            ),
        ],
    )


def _at_most(smaller: str, larger: str) -> gx.expectations.Expectation:
    import great_expectations.expectations as gxe

    return gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A=larger, column_B=smaller, or_equal=True)
