"""Are the portraits of the customers fit to publish? One row of measures, `<table>.<measure>`, over all their tables.

MEASURES says what is measured of each table, as SQL; the door sees the counts and not the customers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import great_expectations as gx

ONCE = "count(*) - count(distinct customer_id)"
STAGES = "'acquired', 'growing', 'mature', 'declining', 'lost', 'won_back'"


def _strange(column: str, known: str) -> str:
    return f"count(*) filter ({column} is null or {column} not in ({known}))"


def _outside(column: str, low: float, high: float) -> str:
    return f"count(*) filter ({column} is null or not ({column} between {low} and {high}))"


# Everything measured is a count of rows that must not be.
MEASURES: dict[str, dict[str, str]] = {
    "named_segments": {"repeated": ONCE, "nameless": "count(*) filter (segment is null or segment_8 is null)"},
    "lifecycle": {
        "repeated": ONCE,
        "strange": _strange("stage", STAGES),
        "future": "count(*) filter (stage_since > as_of_date)",
    },
    "lifecycle_spells": {
        "repeated": "count(*) - count(distinct (customer_id, valid_from))",
        "strange": _strange("stage", STAGES),
        "endless": "count(*) filter (valid_to is null) - count(distinct customer_id)",
        "empty": "count(*) filter (valid_from is null or valid_to <= valid_from)",
    },
    "lifecycle_flows": {
        "negative": "count(*) filter (customer_count < 0)",
        "strange": _strange("to_stage", STAGES),
    },
    "aarrr": {"negative": "count(*) filter (customer_count < 0)"},
    "value_tiers": {
        "repeated": ONCE,
        "strange": _strange("value_tier", "'platinum', 'gold', 'silver', 'bronze'"),
        "future": "count(*) filter (since > as_of_date)",
    },
    "segment_edges": {"empty": "count(*) filter (lower is null)"},
    "loyalty": {
        "repeated": ONCE,
        "strange": _strange("loyalty_tier", "'high', 'middle', 'low'"),
        "outside": _outside("loyalty_score", 0, 100),
    },
    "personas": {"repeated": ONCE, "outside": _outside("confidence", 0, 1), "nameless": "count(*) - count(persona)"},
    "persona_profiles": {
        "wordless": "count(*) filter (text_en is null or text_zh is null)",
        "outside": _outside("customer_share", 0, 1),
    },
    "preferences": {
        "repeated": "count(*) - count(distinct (customer_id, aspect))",
        "outside": _outside("confidence", 0, 1),
        "strange": _strange("basis", "'own', 'peers', 'everybody'"),
    },
    "trust": {
        "repeated": ONCE,
        "outside": _outside("trust_score", 0, 100),
        "strange": _strange("trust_band", "'high', 'normal', 'low'"),
        "unexplained": "count(*) - count(reason_1)",
    },
    "health": {"repeated": ONCE, "outside": _outside("health_score", 0, 100)},
    "next_products": {
        "repeated": "count(*) - count(distinct (customer_id, kind, rank))",
        "strange": _strange("kind", "'again', 'new'"),
        "worthless": "count(*) filter (not score > 0)",
    },
    "next_purchases": {
        "repeated": ONCE,
        "disordered": """count(*) filter (
            not (as_of_date <= earliest_date and earliest_date <= expected_date and expected_date <= latest_date))""",
    },
    "lead_scores": {
        "repeated": "count(*) - count(distinct lead_id)",
        "outside": _outside("conversion_probability", 0, 1),
    },
    "sales_forecast": {
        "repeated": "count(*) - count(distinct month)",
        "disordered": "count(*) filter (is_forecast and not (lower_80 <= net_revenue and net_revenue <= upper_80))",
    },
}


def suite() -> gx.ExpectationSuite:
    import great_expectations as gx
    import great_expectations.expectations as gxe

    return gx.ExpectationSuite(
        name="ml.portraits",
        expectations=[
            gxe.ExpectColumnMaxToBeBetween(column=f"{table}.{measure}", min_value=0, max_value=0)
            for table, measures in MEASURES.items()
            for measure in measures
        ],
    )
