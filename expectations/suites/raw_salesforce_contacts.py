"""What an export of the people in Salesforce must look like before it is let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.suites import profile

if TYPE_CHECKING:
    import great_expectations as gx


def suite() -> gx.ExpectationSuite:
    return profile.suite(
        "raw_salesforce.contacts",
        profile.volume(minimum=1),
        profile.quarantined_at_most(0.05),
        profile.always_filled("id", "last_name"),
        profile.dated_since("created_date", 1990),
        # An export may be put into the folder of an older day, so dates after the delivery only warn.
        profile.only_warn(
            profile.not_after_delivery("created_date", days=1),
            profile.not_after_delivery("last_modified_date", days=1),
            profile.not_after_delivery("system_modstamp", days=1),
            profile.missing_at_most("email", 0.5),
            profile.not_after_delivery("birthdate", days=0),
            profile.dated_since("birthdate", 1900),
        ),
    )
