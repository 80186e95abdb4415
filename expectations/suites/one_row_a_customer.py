"""What every table with one row a customer must hold, on one day; what else is expected of each stands in its suite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation


def one_row_a_customer(filled: Sequence[str]) -> list[Expectation]:
    """There are rows, of one as_of_date, each of another customer, and none of the columns `filled` has a gap."""
    import great_expectations.expectations as gxe

    return [
        gxe.ExpectTableRowCountToBeBetween(min_value=1),
        *[gxe.ExpectColumnValuesToNotBeNull(column=column) for column in filled],
        gxe.ExpectColumnValuesToBeUnique(column="customer_id"),
        gxe.ExpectColumnUniqueValueCountToBeBetween(column="as_of_date", min_value=1, max_value=1),
    ]


def known_rfm(segments: Sequence[str], segments_8: Sequence[str]) -> list[Expectation]:
    """RFM's scores and groups hold nothing but what they are made of."""
    import great_expectations.expectations as gxe

    sets: dict[str, list[int] | list[str]] = {name: [1, 2, 3, 4, 5] for name in ("r_score", "f_score", "m_score")}
    sets |= {"segment": list(segments), "segment_8": list(segments_8)}
    return [gxe.ExpectColumnDistinctValuesToBeInSet(column=column, value_set=known) for column, known in sets.items()]
