"""Are these RFM scores fit to publish? One row per customer who has bought; the frame needs COLUMNS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.suites.one_row_a_customer import known_rfm, one_row_a_customer

if TYPE_CHECKING:
    import great_expectations as gx

COLUMNS = (
    "customer_id",
    "as_of_date",
    "recency_days",
    "order_count",
    "net_revenue",
    "currency_code",
    "r_score",
    "f_score",
    "m_score",
    "segment",
    "segment_8",
)

SEGMENTS = (
    "champions",
    "loyal",
    "potential_loyalist",
    "new",
    "promising",
    "need_attention",
    "about_to_sleep",
    "at_risk",
    "cant_lose",
    "hibernating",
    "lost",
)

SEGMENTS_8 = (
    "important_value",
    "important_develop",
    "important_keep",
    "important_retain",
    "general_value",
    "general_develop",
    "general_keep",
    "general_retain",
)


def suite() -> gx.ExpectationSuite:
    import great_expectations as gx
    import great_expectations.expectations as gxe

    return gx.ExpectationSuite(
        name="ml.rfm",
        expectations=[
            *one_row_a_customer(COLUMNS),
            gxe.ExpectColumnUniqueValueCountToBeBetween(column="currency_code", min_value=1, max_value=1),
            gxe.ExpectColumnMinToBeBetween(column="recency_days", min_value=0),
            gxe.ExpectColumnMinToBeBetween(column="order_count", min_value=1),
            *known_rfm(SEGMENTS, SEGMENTS_8),
        ],
    )
