"""What no system knows: the truth of some blocks, and of the whole world, as tables for truth/*.parquet. What follows
from them in closed form stands in truth.py; what the columns mean in README.md."""

from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.world import campaigns, marketing, people, prices, rhythm
from orchestration.world.books import Books, World
from orchestration.world.codes import CHANNELS, COUNTRIES, CURRENCIES
from orchestration.world.columns import TABLES, Column
from orchestration.world.exports import ids
from orchestration.world.exports.facts import readable

WORDS = f"""
create macro person_id(number) as 'P' || lpad(number::varchar, 7, '0');
create macro currency_of(country) as ({list(CURRENCIES)})[list_position({list(COUNTRIES)}, country::varchar)];
create macro order_id(place, person, number, contract) as case place::varchar
    when 'market' then tmall_order_id(person, number)::varchar
    when 'b2b' then contract::varchar || '-' || number
    else shopify_order_name(person, number) end;
"""
TOLD = (
    *("people", "orders", "refunds", "campaign_members", "leads", "lead_fit", "stage_events", "points", "wallet"),
    *("level_changes", "traps"),
)
QUERIES = {
    "people": """
        select person_id(person) as person_id, country::varchar as country, currency_of(country) as currency_code,
            person_id(household) as household_id, arrived_at, is_buyer, rate as purchase_rate,
            dropout as dropout_probability, first_at as first_shopping_time, last_at as last_shopping_time,
            base_orders as base_order_count, left_at as churned_at, price_level,
            order_value / 100 as expected_order_value, bad_share as bad_delivery_share
        from people join truth using (person) order by person""",
    "orders": """
        select order_id(place, person, "order", contract) as order_id, place::varchar as place,
            person_id(person) as person_id, "order" as order_number, person_id(placed_by) as placed_by_id,
            "at" as ordered_at, origin::varchar as origin, is_extra, campaign, currency::varchar as currency_code,
            (goods - discount) / 100 as goods_net, coalesce(back, 0) / 100 as goods_refunded
        from orders left join given_back using (person, "order") order by person, "order" """,
    "campaign_members": """
        select salesforce_id('Campaign', campaign) as campaign_id, campaign, person_id(person) as person_id,
            is_treated, is_persuadable, sent_at, extra_order as extra_order_number
        from campaign_members order by person, campaign""",
    "leads": """
        select salesforce_id('Lead', person * 100 + lead) as lead_id, person_id(person) as person_id,
            salesforce_id('User', rep) as rep_id, channel::varchar as channel, kind::varchar as kind,
            "at" as arrived_at, response_hours, is_sat_upon, recycled_at, probability, converts, converted_at
        from leads order by person, lead""",
    "lead_fit": """
        select salesforce_id('Lead', person * 100 + lead) as lead_id, salesforce_id('User', rep) as rep_id, fit,
            probability
        from lead_fit order by person, lead, rep""",
    "stage_times": """
        select salesforce_id('Opportunity', opportunity) as opportunity_id, event as step,
            from_stage::varchar as from_stage, stage::varchar as stage, "at" as entered_at, is_skip, is_back
        from stage_events order by opportunity, event""",
    "balances": """
        select person_id(person) as person_id, 'points' as kind, entry, "at", balance::double as balance
        from points
        union all select person_id(person), 'stored_value', entry, "at", balance / 100 from wallet order by 1, 2, 3""",
    "levels": """
        select person_id(person) as person_id, "at", level::varchar as level
        from level_changes order by person, "at" """,
    "traps": """
        select trap, 'T' || lpad("group"::varchar, 7, '0') as group_id, person_id(person) as person_id, detail
        from traps order by person, trap, detail""",
}
GIVEN_BACK = """
    create table given_back as
    select r.person, r."order",
        case when bool_or(r.line is null) then any_value(o.goods - o.discount) else sum(r.amount) end as back
    from refunds r join orders o using (person, "order") group by all"""


def block_truth(books: Books, world: World, scratch: Path) -> dict[str, pa.Table]:
    with duckdb.connect() as connection:
        connection.execute(
            "set threads = 1; set memory_limit = '500MB'; set TimeZone = 'UTC'; set enable_progress_bar = false;"
            f"set temp_directory = '{scratch}.truth.tmp'"
        )
        ids.teach(connection)
        for name in TOLD:
            told = {
                column: Column(kind.dtype, kind.meaning.removeprefix("truth: "))
                for column, kind in TABLES[name].items()
            }
            connection.register(name, readable(getattr(books, name), told, world.calendar))
        connection.register("truth", _truth(books, world))
        connection.execute(WORDS)
        connection.execute(GIVEN_BACK)
        return {name: connection.sql(query).to_arrow_table() for name, query in QUERIES.items()}


def whole_truth(world: World) -> dict[str, pa.Table]:
    """Tables that belong to no block: calendar, campaigns, parameters."""
    calendar = world.calendar
    days = np.arange(calendar.days + 1)
    ran = campaigns.campaigns(calendar)
    told = {
        **{"seed": world.dice.seed, "people": world.people, "bgnbd_r": people.SHAPE, "bgnbd_a": people.STAYS_A},
        **{"bgnbd_b": people.STAYS_B, "bgnbd_alpha_days": people.SHAPE / people.MEAN_RATE * rhythm.YEAR},
        **{"bad_share_if_stays": prices.BAD_IF_STAYS, "bad_share_if_leaves": prices.BAD_IF_LEAVES},
        **{"campaign_lift": campaigns.PERSUADABLE, "campaign_holdout": campaigns.HOLDOUT},
        **{"campaign_answer_days": campaigns.ANSWER_DAYS, "campaign_invited": marketing.INVITED},
    }
    ids_of = ids.salesforce_ids("701", np.array([one.number for one in ran], dtype=np.uint64))
    return {
        "calendar": pa.table(
            {
                "date": [calendar.first_day + timedelta(int(day)) for day in days],
                "shopping_time": np.round(calendar.elapsed(days), 9),
                "discount": np.append(calendar.discounts, 0.0),
            }
        ),
        "campaigns": pa.table(
            {
                "campaign_id": pa.array([bytes(row).decode() for row in ids_of], pa.string()),
                "campaign": pa.array([one.number for one in ran], pa.int64()),
                "name": pa.array([one.name for one in ran], pa.string()),
                "code": pa.array([one.code for one in ran], pa.string()),
                "channel": pa.array([CHANNELS[one.channel] for one in ran], pa.string()),
                "starts_at": calendar.timestamps([one.starts for one in ran]),
                "ends_at": calendar.timestamps([one.ends for one in ran]),
                "true_lift": pa.array([campaigns.PERSUADABLE for _ in ran], pa.float64()),
            }
        ),
        "parameters": pa.table({"name": list(told), "value": pa.array(list(told.values()), pa.float64())}),
    }


def _truth(books: Books, world: World) -> pa.Table:
    """The table truth with NaN as null and the shopping times as numbers, which readable() would take for moments."""
    columns = {str(name): books.truth[name].to_numpy() for name in books.truth}
    left = world.calendar.timestamps(columns.pop("left_at")).astype("datetime64[us]")
    rest = {name: pa.array(values, from_pandas=True) for name, values in columns.items()}
    return pa.table({**rest, "left_at": left})
