"""What follows from a feed's contract alone: rows came, few were set aside, required cells are filled, dates are dates.

What a feed needs beyond that stands in a module of its own, raw_<system>_<feed>, which then says everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from expectations.suites import profile

if TYPE_CHECKING:
    import great_expectations as gx

LEAST_YEAR = 1990  # of a moment at which something was written down; birthdays are older and are not judged here


def suite(relation: str, required: Iterable[str], moments: Iterable[str]) -> gx.ExpectationSuite:
    """The structural suite of a raw table (`schema.table`): `required` columns filled, required `moments` plausible."""
    in_time = [profile.dated_since(column, LEAST_YEAR) for column in moments]
    # An export may be put into the folder of an older day, so moments after the delivery only warn.
    too_late = [profile.not_after_delivery(column, days=1) for column in moments]
    return profile.suite(
        relation,
        profile.volume(minimum=1),
        profile.quarantined_at_most(0.05),
        profile.always_filled(*required),
        *in_time,
        profile.only_warn(*too_late),
    )
