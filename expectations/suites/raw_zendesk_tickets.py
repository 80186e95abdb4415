"""What an export of the support desk's tickets must look like before it is let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.suites import profile

if TYPE_CHECKING:
    import great_expectations as gx


def suite() -> gx.ExpectationSuite:
    return profile.suite(
        "raw_zendesk.tickets",
        profile.volume(minimum=1),
        profile.quarantined_at_most(0.05),
        profile.always_filled("id", "requester_id", "status", "created_at", "updated_at"),
        profile.dated_since("created_at", 1990),
        profile.dated_since("updated_at", 1990),
        # An export may be put into the folder of an older day, so dates after the delivery only warn.
        profile.only_warn(
            profile.not_after_delivery("created_at", days=1),
            profile.not_after_delivery("updated_at", days=1),
            profile.missing_at_most("via_channel", 0.5),
        ),
    )
