"""Is the page of every customer fit to publish? One row per customer; the frame needs COLUMNS.

Who has not bought has no RFM, and who has bought has all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.suites.ml_rfm import SEGMENTS, SEGMENTS_8
from expectations.suites.one_row_a_customer import known_rfm, one_row_a_customer

if TYPE_CHECKING:
    import great_expectations as gx

COLUMNS = (
    "customer_id",
    "as_of_date",
    "entity_type",
    "record_count",
    "has_ordered",
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

_ALWAYS = ("customer_id", "as_of_date", "entity_type", "record_count", "has_ordered", "order_count")
_OF_BUYERS = ("recency_days", "net_revenue", "currency_code", "r_score", "f_score", "m_score", "segment", "segment_8")
_OF_BUYERS_ONLY = ("recency_days", "r_score", "f_score", "m_score", "segment", "segment_8")


def suite() -> gx.ExpectationSuite:
    import great_expectations as gx
    import great_expectations.expectations as gxe
    from great_expectations.expectations.row_conditions import Column

    is_buyer = Column("has_ordered") == True  # noqa: E712 - builds a condition, compares nothing
    is_not_buyer = Column("has_ordered") == False  # noqa: E712
    return gx.ExpectationSuite(
        name="marts.customer_360",
        expectations=[
            *one_row_a_customer(_ALWAYS),
            *[gxe.ExpectColumnValuesToNotBeNull(column=column, row_condition=is_buyer) for column in _OF_BUYERS],
            *[gxe.ExpectColumnValuesToBeNull(column=column, row_condition=is_not_buyer) for column in _OF_BUYERS_ONLY],
            gxe.ExpectColumnUniqueValueCountToBeBetween(column="currency_code", max_value=1),
            gxe.ExpectColumnDistinctValuesToBeInSet(column="entity_type", value_set=["person", "account"]),
            gxe.ExpectColumnMinToBeBetween(column="record_count", min_value=1),
            gxe.ExpectColumnValuesToBeBetween(column="recency_days", min_value=0),
            gxe.ExpectColumnMinToBeBetween(column="order_count", min_value=0),
            gxe.ExpectColumnValuesToBeBetween(column="order_count", min_value=1, row_condition=is_buyer),
            *known_rfm(SEGMENTS, SEGMENTS_8),
        ],
    )
