"""Are the orders fit to publish? There can be millions, so SQL measures them and the door judges one row.

The frame needs these measures of marts.fct_orders (a share of no rows is 0):

row_count                       all rows
order_id.distinct_count         different order ids
order_id.missing_share          share of rows without one; likewise ordered_at, order_type, currency_code
currency_code.distinct_count    different currencies
unknown_type_share              share of rows whose order_type is neither 'sale' nor 'adjustment'
unmarked_guest_share            share of rows where is_guest is empty, or contradicts customer_id being empty
sale_count                      rows of order_type 'sale'; the rest are shares of these
sale.net_revenue.missing_share  without a net_revenue; likewise sale.shipping_amount, sale.line_count, sale.item_count
sale.negative_share             with a net_revenue below 0
sale.guest_share                without a customer
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.suites import profile

if TYPE_CHECKING:
    import great_expectations as gx


def suite() -> gx.ExpectationSuite:
    return profile.suite(
        "marts.fct_orders",
        profile.always_filled("order_id", "ordered_at", "order_type", "currency_code"),
        profile.unique("order_id"),
        profile.at_most("currency_code.distinct_count", 1),
        profile.at_most("unknown_type_share", 0),
        profile.at_most("unmarked_guest_share", 0),
        profile.always_filled("sale.net_revenue", "sale.shipping_amount", "sale.line_count", "sale.item_count"),
        profile.only_warn(
            # A shop whose orders were never delivered may still publish what it knows.
            profile.at_least("sale_count", 1),
            profile.at_most("sale.negative_share", 0.01),
            profile.at_most("sale.guest_share", 0.5),
        ),
    )
