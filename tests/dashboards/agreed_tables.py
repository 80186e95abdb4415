"""The tables that identity, models and portraits publish, invented by SQL for any snapshot that has customers.

Everything follows from a hash of the customer's key, so it is the same whenever it is made, for sixty customers or for
a million. The figures mean nothing; their names, types and grain are those of the real tables.
"""

import json
from datetime import date
from pathlib import Path

import duckdb

CHANCE = "(hash(customer_id || '{}') % 1000) / 1000.0"
STAGES = ["acquired", "growing", "mature", "declining", "lost", "won_back"]
NAMED = {
    "lifecycle": {
        "acquired": ("Acquired", "新获客"),
        "growing": ("Growing", "成长期"),
        "mature": ("Mature", "成熟期"),
        "declining": ("Declining", "衰退期"),
        "lost": ("Lost", "流失"),
        "won_back": ("Won back", "挽回"),
    },
    "value_tier": {
        "platinum": ("Platinum", "铂金"),
        "gold": ("Gold", "黄金"),
        "silver": ("Silver", "白银"),
        "bronze": ("Bronze", "青铜"),
    },
    "loyalty": {"high": ("High", "高"), "middle": ("Middle", "中"), "low": ("Low", "低")},
    "trust": {"high": ("High", "高"), "normal": ("Normal", "正常"), "low": ("Low", "低")},
    "persona": {"bargain_hunter": ("Bargain hunters", "优惠猎手"), "regular": ("Regulars", "稳定常客")},
}


def _pick(values: list[str], salt: str) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"([{listed}])[cast(1 + hash(customer_id || '{salt}') % {len(values)} as bigint)]"


ADDED = {
    "region": _pick(["华东", "华南", "华北", "西南"], "region"),
    "gender": _pick(["female", "male"], "gender"),
    "consent_email": f"case when {CHANCE.format('email')} < 0.2 then null else {CHANCE.format('email')} > 0.4 end",
    "consent_phone": f"{CHANCE.format('phone')} > 0.5",
    "consent_sms": f"{CHANCE.format('sms')} > 0.5",
    "member_level": _pick(["V1", "V2", "V3"], "level"),
    "points_balance": f"round({CHANCE.format('points')} * 5000)",
    "first_source": _pick(["shopify", "tmall", "youzan"], "source"),
    "first_channel": _pick(["search", "social", "email", "referral"], "channel"),
    "net_revenue_365d": f"cast(net_revenue * {CHANCE.format('year')} as decimal(18, 2))",
    "orders_365d": "cast(order_count / 2 as integer)",
    "refund_share": f"{CHANCE.format('refund')} / 5",
    "satisfaction_mean": f"1 + 4 * {CHANCE.format('csat')}",
    "expected_net_revenue_90d": f"cast(net_revenue * {CHANCE.format('next')} / 4 as decimal(18, 2))",
    "lifetime_value": f"cast(net_revenue * {CHANCE.format('life')} * 2 as decimal(18, 2))",
    "p_alive": f"case when has_ordered then {CHANCE.format('alive')} end",
    "churn_probability": f"case when has_ordered then {CHANCE.format('churn')} end",
    "churn_reason_1": "case when has_ordered then 'quiet_for_long' end",
    "lifecycle_stage": f"case when has_ordered then {_pick(STAGES, 'stage')} end",
    "value_tier": f"case when has_ordered then {_pick(list(NAMED['value_tier']), 'tier')} end",
    "loyalty_score": f"case when has_ordered then cast(100 * {CHANCE.format('loyal')} as integer) end",
    "loyalty_tier": f"case when has_ordered then {_pick(list(NAMED['loyalty']), 'loyal')} end",
    "persona": f"case when has_ordered then {_pick(list(NAMED['persona']), 'persona')} end",
    "trust_score": f"case when has_ordered then cast(100 * {CHANCE.format('trust')} as integer) end",
    "trust_band": f"case when has_ordered then {_pick(list(NAMED['trust']), 'trust')} end",
    "health_score": f"case when has_ordered then cast(100 * {CHANCE.format('health')} as integer) end",
    "health_change_30d": f"case when has_ordered then {CHANCE.format('change')} * 20 - 10 end",
    "next_purchase_date": f"case when has_ordered then as_of_date + cast(60 * {CHANCE.format('day')} as integer) end",
    "preferred_category": _pick(["tea", "coffee", "cups"], "category"),
}
METRICS = [
    {"name": "auc", "value": 0.81, "lower": 0.78, "upper": 0.84, "rival": 0.72},
    {"name": "brier", "value": 0.14, "lower": 0.13, "upper": 0.15, "rival": 0.19},
]
CALIBRATION = [{"predicted": p / 10 + 0.05, "observed": p / 10 + 0.03 * (p % 3), "count": 100 + p} for p in range(10)]
BACK_TEST = [
    {"cutoff": "2011-09-01", "risk": "high", "value": "high", "count": 40, "predicted": 0.8, "left": 31}
    | {"spent": 9000.0, "spent_after": 700.0},
    {"cutoff": "2011-09-01", "risk": "low", "value": "low", "count": 100, "predicted": 0.1, "left": 12}
    | {"spent": 3000.0, "spent_after": 2500.0},
]
DRIFT = [{"name": "recency_days", "value": 0.04, "limit": 0.2}]

MOVED = f"""
select *, {_pick(STAGES, "before")} as stage_before, cast(hash(customer_id || 'moved') % 60 as integer) as moved_days,
    {_pick(STAGES, "earliest")} as stage_earliest,
    hash(customer_id || 'twice') % 6 = 0 and stage_earliest <> stage_before and stage_before <> lifecycle_stage
        as moved_twice
from marts.main.customer_360 where has_ordered
"""
NAMELESS = """
create table marts.ml.lifecycle_spells as
    select told.*, net_revenue,
        lag(stage) over stretches as previous_stage, lag(valid_from) over stretches as previous_from
    from (
        select customer_id, stage_earliest as stage, as_of_date - 900 as valid_from,
            as_of_date - moved_days - 12 as valid_to
        from ({moved}) where moved_twice
        union all
        select customer_id, stage_before, as_of_date - if(moved_twice, moved_days + 12, 900), as_of_date - moved_days
        from ({moved}) where stage_before <> lifecycle_stage
        union all
        select customer_id, lifecycle_stage, if(stage_before <> lifecycle_stage, as_of_date - moved_days,
            as_of_date - 900), null from ({moved})
    ) as told join marts.main.customer_360 using (customer_id)
    window stretches as (partition by customer_id order by valid_from);
create table marts.ml.score_reasons as
    select customer_id, as_of_date, 'churn' as subject, number as rank, 'reason_' || number as reason,
        0.8 - 0.5 * number as effect, 1.0 as own_value,
        ['No order for longer than usual', 'Few visits lately', 'Buys often'][number] as text_en,
        ['比平时更久没有下单', '近期访问少', '购买频繁'][number] as text_zh
    from marts.main.customer_360, (select unnest([1, 2, 3]) as number) where has_ordered;
create table marts.ml.health as
    select customer_id, as_of_date, health_score, health_change_30d, 'quiet_for_long' as reason_1,
        'few_visits' as reason_2, null::varchar as reason_3
    from marts.main.customer_360 where has_ordered;
create table marts.ml.preferences as
    select customer_id, as_of_date, 'category' as aspect, preferred_category as preference, 0.7 as confidence,
        'own' as basis from marts.main.customer_360 where has_ordered;
create table marts.ml.next_products as
    select customer_id, as_of_date, 1 as rank, 'p1' as product_id, 'again' as kind, 0.62 as score
    from marts.main.customer_360 where has_ordered;
create table marts.main.customer_categories as
    select customer_id, category, 2 as order_count, cast(10 as decimal(18, 2)) as gross_revenue,
        as_of_date - cast(hash(customer_id || category) % 300 as integer) as last_order_date,
        cast(hash(customer_id || category) % 300 as integer) as days_since_last_order, currency_code
    from marts.main.customer_360, (select unnest(['tea', 'coffee', 'cups']) as category)
    where has_ordered and hash(customer_id || category) % 2 = 0;
create table marts.main.segment_members as
    select 'big_spenders' as segment, 1 as version, customer_id, as_of_date
    from marts.main.customer_360 where net_revenue >= 1000;
create table marts.main.saved_segments as
    select 'big_spenders' as segment, 1 as version, as_of_date - day as as_of_date, 'active' as status, '' as reason,
        count(*) - 2 * day as customer_count, cast(sum(net_revenue) as decimal(18, 2)) as net_revenue,
        max(currency_code) as currency_code
    from marts.main.customer_360, (select unnest(range(0, 5))::integer as day)
    where net_revenue >= 1000 group by day, as_of_date;
create table marts.main.fct_goals as
    select 'g1' as goal_id, 'net_revenue' as metric, 'sales' as department, null::varchar as owner_id,
        max(as_of_date) - 40 as starts_on, max(as_of_date) + 49 as ends_on,
        cast(20000 as decimal(18, 2)) as target_value
    from marts.main.customer_360;
create table marts.main.identity_cluster_sizes as
    select record_count, count(*) as customer_count from marts.main.customer_360 group by 1;
create table marts.main.identity_health as
    select max(as_of_date) as as_of_date, measure, max(value) as value
    from marts.main.customer_360,
        (values ('held_back_clusters', 3.0), ('linked_share', 0.61)) as measures (measure, value)
    group by measure;
create table marts.main.identity_shared_values as
    select 'phone' as identifier_type, 'shared' as strength, 12 as value_count, 77 as record_count;
create table marts.main.metrics as
    select * from (values
        ('net_revenue', 'Net revenue', '净收入', 'Less refunds.', '减退款。', 'sum(net)', 'day', 'money', 'finance'),
        ('csat', 'Satisfaction', '满意度', 'Mean answer.', '平均评分。', 'avg(score)', 'ticket', 'score', 'service')
    ) as told (metric, name_en, name_zh, definition_en, definition_zh, formula, grain, unit, owner);
create table marts.main.cohort_retention as
    select breakdown, slice,
        cast(cast(date_trunc('month', as_of_date) as date) - interval (age) month as date) as cohort_month,
        cast(since as integer) as months_since, 400 as cohort_size, 400 - 25 * since as customer_count,
        cast(1000 as decimal(18, 2)) as gross_revenue, 'CNY' as currency_code
    from (select max(as_of_date) as as_of_date from marts.main.customer_360), (select unnest(range(1, 13)) as age),
        (select unnest(range(0, 12)) as since),
        (values ('source', 'shopify'), ('channel', 'social'), ('campaign', 'none')) as slices (breakdown, slice)
    where since < age;
create table marts.main.buyers_by_period as
    select window_days, period, breakdown, slice, count(distinct customer_id) as customer_count,
        0 as new_customer_count, count(*) as order_count, cast(sum(net_revenue) as decimal(18, 2)) as gross_revenue,
        max(currency_code) as currency_code
    from (select unnest([30, 90, 365]) as window_days),
        (values ('now', 0), ('before', 1)) as periods (period, back),
        (values ('all'), ('region'), ('channel')) as breakdowns (breakdown),
        (select max(as_of_date) as as_of_date from marts.main.customer_360),
        lateral (
            select *, case breakdown when 'all' then '' when 'region' then 'east' else 'shop' end as slice
            from marts.main.fct_orders where order_type = 'sale'
        )
    where order_date >= as_of_date - window_days * (back + 1) and order_date < as_of_date - window_days * back
    group by all;
"""
NAMING = """
create table people.marts.customer_field_provenance as
    select customer_id, 'full_name' as field, full_name as value, 'shopify|customer|1' as record_key,
        'shopify' as source_system, 'newest' as rule, '[]' as losing_values from people.marts.dim_customers;
create table people.marts.record_links as
    select 'shopify|customer|' || customer_id as record_key_a, 'zendesk|user|' || customer_id as record_key_b,
        customer_id,
        'probabilistic' as rule, 7.5 as match_weight, 0.97 as match_probability,
        '[{{"field": "full_name", "value_a": "x", "value_b": "x", "level": "exact", "bits": 5.1}}]' as evidence,
        true as is_on_path, false as is_bridge, 'accepted' as status from people.marts.dim_customers;
create table people.marts.identity_review as
    select 'r' || row_number() over (order by customer_id) as review_id, 'pair' as kind,
        'shopify|customer|' || customer_id as record_key_a, 'tmall|buyer|' || customer_id as record_key_b,
        0.55 as match_probability, 'similar names' as reason, 2 as record_count
    from people.marts.dim_customers order by customer_id limit 3;
"""


def add_agreed_tables(folder: Path) -> None:
    """Give a version's two files everything of the agreement that they lack."""
    with duckdb.connect(config={"memory_limit": "2GB", "threads": "2"}) as house:
        house.execute(f"attach '{folder / 'marts.duckdb'}' as marts")
        house.execute(f"attach '{folder / 'people.duckdb'}' as people")
        _widen(house)
        _say(house, NAMELESS.format(moved=MOVED))
        _say(house, NAMING)
        for scheme, segments in NAMED.items():
            for rank, (code, (en, zh)) in enumerate(segments.items(), start=1):
                house.execute(
                    "insert into marts.main.segments values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [scheme, code, rank, en, zh, f"{en}.", f"{zh}。", f"Look after {en}.", f"关注{zh}。"],
                )
        _tell_of_churn(house)


def _widen(house: duckdb.DuckDBPyConnection) -> None:
    columns = {row[0] for row in house.execute("describe marts.main.customer_360").fetchall()}
    added = ", ".join(f"{what} as {name}" for name, what in ADDED.items() if name not in columns)
    house.execute(f"create or replace table marts.main.customer_360 as select *, {added} from marts.main.customer_360")


def _say(house: duckdb.DuckDBPyConnection, statements: str) -> None:
    have = {
        f"{catalog}.{schema}.{name}"
        for catalog, schema, name in house.execute(
            "select table_catalog, table_schema, table_name from information_schema.tables"
        ).fetchall()
    }
    for statement in statements.split(";\n"):
        name = statement.partition("create table ")[2].partition(" ")[0]
        if name and name not in have:
            house.execute(statement)


def _tell_of_churn(house: duckdb.DuckDBPyConnection) -> None:
    columns = {row[0] for row in house.execute("describe marts.ops.model_runs").fetchall()}
    for name in {
        "rung",
        "rival",
        "cutoffs",
        "metrics",
        "calibration",
        "drift",
        "season",
        "card_en",
        "card_zh",
        "back_test",
    } - columns:
        house.execute(f"alter table marts.ops.model_runs add column {name} varchar")
    (day,) = house.execute("select max(as_of_date) from marts.main.customer_360").fetchone() or (date.min,)
    house.execute(
        "insert into marts.ops.model_runs by name select 'churn-1' as model_run_id, 'churn' as model, 'r' as run_id, "
        "? as as_of_date, 48 as rows, '{}' as parameters, 'passed' as gate, '' as gate_reason, 'boosted' as rung, "
        "'days_since' as rival, ? as cutoffs, ? as metrics, ? as calibration, ? as drift, ? as back_test, "
        "'no season' as season, 'Says who will not buy again within 90 days.' as card_en, "
        "'预测谁在 90 天内不会再买。' as card_zh",
        [day, '["2011-06-01", "2011-09-01"]', *(json.dumps(each) for each in (METRICS, CALIBRATION, DRIFT, BACK_TEST))],
    )
