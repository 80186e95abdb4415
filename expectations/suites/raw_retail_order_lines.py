"""What an export of the shop's invoice lines must look like before it is let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.suites import profile

if TYPE_CHECKING:
    import great_expectations as gx


def suite() -> gx.ExpectationSuite:
    return profile.suite(
        "raw_retail.order_lines",
        profile.volume(minimum=1),
        profile.quarantined_at_most(0.05),
        profile.always_filled("invoice", "stock_code", "quantity", "invoice_date", "price"),
        # Guests have no customer number. Past a half, the column was not exported rather than the customers not known.
        profile.missing_at_most("customer_id", 0.5),
        profile.not_after_delivery("invoice_date", days=1),
        profile.dated_since("invoice_date", 1990),
        # Far beyond what a shop sells: a decimal point that got lost.
        profile.only_warn(
            profile.between("quantity", -1_000_000, 1_000_000),
            profile.between("price", -1_000_000, 1_000_000),
            profile.missing_at_most("country", 0.05),
        ),
    )
