"""Is the page of every customer fit to publish? One row per customer; the frame needs COLUMNS.

Who has not bought has no RFM, and who has bought has all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.suites.ml_rfm import SEGMENTS, SEGMENTS_8

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
            gxe.ExpectTableRowCountToBeBetween(min_value=1),
            *[gxe.ExpectColumnValuesToNotBeNull(column=column) for column in _ALWAYS],
            *[gxe.ExpectColumnValuesToNotBeNull(column=column, row_condition=is_buyer) for column in _OF_BUYERS],
            *[gxe.ExpectColumnValuesToBeNull(column=column, row_condition=is_not_buyer) for column in _OF_BUYERS_ONLY],
            gxe.ExpectColumnValuesToBeUnique(column="customer_id"),
            gxe.ExpectColumnUniqueValueCountToBeBetween(column="as_of_date", min_value=1, max_value=1),
            gxe.ExpectColumnUniqueValueCountToBeBetween(column="currency_code", max_value=1),
            gxe.ExpectColumnDistinctValuesToBeInSet(column="entity_type", value_set=["person", "account"]),
            gxe.ExpectColumnMinToBeBetween(column="record_count", min_value=1),
            gxe.ExpectColumnValuesToBeBetween(column="recency_days", min_value=0),
            gxe.ExpectColumnMinToBeBetween(column="order_count", min_value=0),
            gxe.ExpectColumnValuesToBeBetween(column="order_count", min_value=1, row_condition=is_buyer),
            *[
                gxe.ExpectColumnDistinctValuesToBeInSet(column=score, value_set=[1, 2, 3, 4, 5])
                for score in ("r_score", "f_score", "m_score")
            ],
            gxe.ExpectColumnDistinctValuesToBeInSet(column="segment", value_set=list(SEGMENTS)),
            gxe.ExpectColumnDistinctValuesToBeInSet(column="segment_8", value_set=list(SEGMENTS_8)),
        ],
    )
