"""Invented facts in the shape of the marts, as they were known at a moment: the ground under the proofs about features.

Facts are drawn by hashes, so that every table is the same for the same seed. What is told of a fact later than a moment
(that it was called off, closed, marked, identified, answered) is taken back where only the moment's knowledge counts.
"""

from dataclasses import dataclass
from datetime import date

import duckdb

CUSTOMERS = 60
FIRST_DAY = "timestamp '2025-01-01'"
DAYS = 540

WORLD = {
    "customers": """
        select 'c' || i as customer_id, 'person' as entity_type, 'China' as country,
            cast({first_day} + interval (draw(i, 'seen', {seed}) % {days}) day as date) as first_seen_date
        from range({customers}) as t(i)
    """,
    "orders": """
        select 'o' || i as order_id, {customer} as customer_id,
            case draw(i, 'source', {seed}) % 3 when 0 then 'shopify' when 1 then 'tmall' else 'erp' end
                as source_system,
            case draw(i, 'type', {seed}) % 12 when 0 then 'cancelled' when 1 then 'unpaid' when 2 then 'adjustment'
                else 'sale' end as order_type,
            {moment} as ordered_at,
            cast((draw(i, 'money', {seed}) % 90000) / 100 as decimal(18, 2)) as net_revenue,
            cast((draw(i, 'off', {seed}) % 900) / 100 as decimal(18, 2)) as discount_amount,
            case when draw(i, 'type', {seed}) % 24 = 0 then {later} end as cancelled_at
        from range(1500) as t(i)
    """,
    "refunds": """
        select 'r' || i as refund_id, 'shopify' as source_system, {customer} as customer_id, {moment} as refunded_at,
            cast((draw(i, 'money', {seed}) % 9000) / 100 as decimal(18, 2)) as refund_amount
        from range(150) as t(i)
    """,
    "order_lines": """
        select 'l' || i as order_line_id, {customer} as customer_id,
            case draw(i, 'category', {seed}) % 4 when 0 then 'tea' when 1 then 'toys' when 2 then 'home'
                else 'unknown' end as category,
            'product' as line_type, cast(1 + draw(i, 'pieces', {seed}) % 3 as bigint) as quantity,
            cast(1 + (draw(i, 'money', {seed}) % 30000) / 100 as decimal(18, 2)) as net_amount, {moment} as ordered_at
        from range(2500) as t(i)
    """,
    "tickets": """
        select 't' || i as ticket_id, 'zendesk' as source_system, {customer} as customer_id, {moment} as created_at,
            {later} as closed_at,
            cast(1 + draw(i, 'mark', {seed}) % 5 as integer) as satisfaction_score,
            {later} + interval 2 day as satisfaction_at
        from range(200) as t(i)
    """,
    "sessions": """
        select 's' || i as session_id, 'segment' as source_system, {customer} as customer_id, {moment} as started_at,
            case when i % 3 = 0 then {later} else {moment} end as identified_at,
            case draw(i, 'channel', {seed}) % 3 when 0 then 'social' when 1 then 'direct' else 'email' end as channel
        from range(900) as t(i)
    """,
    "leads": """
        select 'd' || i as lead_id, {customer} as customer_id, 'event' as channel, {moment} as created_at
        from range(40) as t(i)
    """,
    "campaign_touches": """
        select 'm' || i as campaign_touch_id, {customer} as customer_id, {moment} as touched_at,
            case when i % 4 = 0 then {later} end as responded_at
        from range(300) as t(i)
    """,
    "points": """
        select 'p' || i as entry_id, {customer} as customer_id,
            case i % 3 when 0 then 'redeemed' else 'earned' end as kind,
            cast(draw(i, 'points', {seed}) % 400 as bigint) - 150 as points_change, {moment} as occurred_at
        from range(400) as t(i)
    """,
    "contracts": """
        select 'a' || i as contract_id, {customer} as customer_id, cast({moment} as date) as signed_date
        from range(20) as t(i)
    """,
    "tasks": """
        select 'z' || i as task_id, {customer} as customer_id, {moment} as occurred_at,
            case i % 3 when 0 then 'Call' when 1 then 'Email' else 'Other' end as task_type
        from range(100) as t(i)
    """,
    "memberships": """
        select 'k' || (i % 30) as member_id, 'level ' || (draw(i, 'level', {seed}) % 3) as member_level,
            cast(i as bigint) as growth_value, true as is_member,
            {first_day} + interval ((i % 30) * 9) day as became_member_at,
            cast({first_day} + interval (100 + 60 * (i // 30)) day as date) as delivery_date
        from range(210) as t(i)
    """,
}

# {known}: whether a moment had passed. What had not is not there, or not told yet.
MARTS = {
    "marts.dim_customers": "select * from world.customers",
    "marts.fct_orders": """
        select *, cast(ordered_at as date) as order_date,
            row_number() over placed as placement_number,
            date_diff('second', lag(ordered_at) over placed, ordered_at) as seconds_since_previous_order
        from (
            select * replace (
                case when cancelled_at is not null and not {cancelled_at} then 'sale' else order_type end as order_type,
                case when {cancelled_at} then cancelled_at end as cancelled_at
            )
            from world.orders where {ordered_at}
        )
        window placed as (partition by customer_id, order_type = 'adjustment' order by ordered_at, order_id)
    """,
    "marts.fct_refunds": "select * from world.refunds where {refunded_at}",
    "marts.fct_order_lines": "select * from world.order_lines where {ordered_at}",
    "marts.fct_tickets": """
        select * replace (
            case when {closed_at} then closed_at end as closed_at,
            case when {satisfaction_at} then satisfaction_score end as satisfaction_score,
            case when {satisfaction_at} then satisfaction_at end as satisfaction_at
        ), not {closed_at} as is_open, case when {closed_at} then 'closed' else 'open' end as status
        from world.tickets where {created_at}
    """,
    "marts.fct_sessions": """
        select * replace (
            case when {identified_at} then customer_id end as customer_id,
            case when {identified_at} then identified_at end as identified_at
        )
        from world.sessions where {started_at}
    """,
    "marts.fct_leads": "select * from world.leads where {created_at}",
    "marts.fct_campaign_touches": """
        select * replace (case when {responded_at} then responded_at end as responded_at)
        from world.campaign_touches where {touched_at}
    """,
    "marts.fct_points": "select * from world.points where {occurred_at}",
    "marts.fct_contracts": "select * from world.contracts where signed_date < {day}",
    "intermediate.int_tasks_keyed": "select * from world.tasks where {occurred_at}",
    "intermediate.int_memberships_keyed": """
        select 'c' || (cast(member_id[2:] as integer) * 2 % 50) as customer_id, member_id as membership_id,
            member_level, growth_value, became_member_at, delivery_date as valid_from
        from (
            select *, lag(member_level) over (partition by member_id order by delivery_date) as previous_level
            from world.memberships where delivery_date <= {day}
        )
        where member_level is distinct from previous_level
    """,
}
MOMENTS = (
    *("cancelled_at", "ordered_at", "refunded_at", "closed_at", "satisfaction_at", "created_at", "identified_at"),
    *("started_at", "responded_at", "touched_at", "occurred_at"),
)


@dataclass(frozen=True)
class Facts:
    """A connection whose database `core` holds the invented world and the marts as they were known."""

    connection: duckdb.DuckDBPyConnection

    def draw(self, seed: int) -> None:
        """Invent the world."""
        self.connection.execute(
            "create or replace macro draw(i, what, seed) as cast(hash(i, what, seed) >> 8 as bigint)"
        )
        self.connection.execute("create schema if not exists world")
        words = {
            "customer": f"'c' || (draw(i, 'customer', {seed}) % {CUSTOMERS})",
            "moment": f"{FIRST_DAY} + interval (draw(i, 'moment', {seed}) % {DAYS * 86400}) second",
            "later": f"{FIRST_DAY} + interval (draw(i, 'moment', {seed}) % {DAYS * 86400}"
            f" + 1 + draw(i, 'later', {seed}) % 2000000) second",
            "seed": seed,
            "customers": CUSTOMERS,
            "days": DAYS,
            "first_day": FIRST_DAY,
        }
        for table, sql in WORLD.items():
            self.connection.execute(f"create or replace table world.{table} as {sql.format(**words)}")

    def tell(self, known_before: date | None = None) -> None:
        """Fill the marts with what was known when a day began; with everything when none is named."""
        for schema in ("marts", "intermediate"):
            self.connection.execute(f"create schema if not exists {schema}")
        moment = f"timestamp '{known_before}'" if known_before else "timestamp '9999-01-01'"
        words = {name: f"coalesce({name} < {moment}, false)" for name in MOMENTS} | {
            "day": f"date '{known_before or '9999-01-01'}'"
        }
        for table, sql in MARTS.items():
            self.connection.execute(f"create or replace table {table} as {sql.format(**words)}")

    def rows(self, sql: str) -> list[tuple]:
        return self.connection.execute(sql).fetchall()

    def cutoff(self, text: str, day: str) -> list[tuple]:
        """The features of a day by a text of the model."""
        one_day = f"select * from ({text}) where as_of_date = date '{day}'"
        return self.rows(f"{one_day} order by customer_id")
