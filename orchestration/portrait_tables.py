"""The tables of the portrait models: which model writes them, their columns and types, and which are for readers."""

ID = "customer_id varchar, as_of_date date"
REASONS = "reason_1 varchar, reason_2 varchar, reason_3 varchar"
SCORED = f"{ID}, loyalty_score double, frequency_part double, regularity_part double"
TABLES: dict[str, dict[str, str]] = {
    "named_segments": {"ml.named_segments": f"{ID}, segment varchar, segment_8 varchar"},
    "lifecycle": {
        "ml.lifecycle": f"{ID}, stage varchar, previous_stage varchar, stage_since date",
        "ml.lifecycle_spells": "customer_id varchar, stage varchar, valid_from date, valid_to date, "
        "previous_stage varchar, previous_from date, net_revenue decimal(18,2)",
        "ml.lifecycle_flows": """as_of_date date, from_stage varchar, to_stage varchar, customer_count bigint,
            net_revenue decimal(18,2)""",
        "ml.aarrr": "month date, step varchar, customer_count bigint, net_revenue decimal(18,2)",
    },
    "value_tiers": {
        "ml.value_tiers": f"{ID}, value_tier varchar, since date",
        "ml.segment_edges": "scheme varchar, quarter date, edge varchar, lower double",
    },
    "loyalty": {"ml.loyalty": f"{SCORED}, loyalty_tier varchar"},
    "personas": {
        "ml.personas": f"{ID}, persona varchar, confidence double",
        "ml.persona_profiles": """persona varchar, rank integer, name_en varchar, name_zh varchar,
            customer_count bigint, customer_share double, text_en varchar, text_zh varchar""",
    },
    "preferences": {
        "ml.preferences": f"{ID}, aspect varchar, preference varchar, confidence double, basis varchar",
    },
    "trust": {"ml.trust": f"{ID}, trust_score double, trust_band varchar, {REASONS}, is_overridden boolean"},
    "health": {
        "ml.health": f"{ID}, health_score double, change_30d double, {REASONS}",
    },
    "next_products": {
        "ml.next_products": f"{ID}, rank integer, product_id varchar, kind varchar, score double",
    },
    "next_purchases": {
        "ml.next_purchases": f"{ID}, expected_date date, earliest_date date, latest_date date",
    },
    "lead_scores": {
        "ml.lead_scores": """lead_id varchar, as_of_date date, conversion_probability double, reason_1 varchar,
            reason_2 varchar, recommended_staff_id varchar, model_run_id varchar""",
    },
    "sales_forecast": {
        "ml.sales_forecast": """month date, net_revenue decimal(18,2), lower_80 decimal(18,2),
            upper_80 decimal(18,2), is_forecast boolean, model varchar""",
    },
}

RELATIONS = tuple(relation for tables in TABLES.values() for relation in tables)


def columns_of(relation: str) -> dict[str, str]:
    """The columns of one of RELATIONS and their SQL types."""
    told = next(tables[relation] for tables in TABLES.values() if relation in tables)
    pairs = (column.split(maxsplit=1) for column in told.replace("(18,2)", "(18;2)").split(","))
    return {name: kind.replace("(18;2)", "(18, 2)") for name, kind in pairs}
