"""What an export of the website's events must look like before it is let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.suites import profile

if TYPE_CHECKING:
    import great_expectations as gx


def suite() -> gx.ExpectationSuite:
    return profile.suite(
        "raw_snowplow.events",
        profile.volume(minimum=1),
        profile.quarantined_at_most(0.05),
        profile.always_filled("event_id", "event", "collector_tstamp"),
        profile.dated_since("collector_tstamp", 1990),
        # An export may be put into the folder of an older day, so dates after the delivery only warn.
        profile.only_warn(
            profile.not_after_delivery("collector_tstamp", days=1),
            # The visitor's own clock is often wrong; the collector's is not.
            profile.not_after_delivery("dvce_created_tstamp", days=1),
            profile.missing_at_most("domain_userid", 0.5),
            profile.missing_at_most("page_urlpath", 0.5),
        ),
    )
