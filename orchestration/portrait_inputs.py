"""What the portrait models read: SQL that counts, and the steward's file. What is made of it stands in `models_ml`.

Everything is asked as of a day: what happened on it or later is not in any answer.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import dagster as dg
import pandas as pd

from models_ml.history import History, quarter_before, quarter_start
from orchestration.settings import settings
from orchestration.warehouse import Warehouse

OVERRIDES = ("decided_at", "decided_by", "decision", "customer_id", "reason")
LEAD_MATURES_DAYS = 45  # by then a lead has become a customer, or will not
ACTIVE_STAFF_DAYS = 180
ENDED = "('converted', 'qualified', 'unqualified', 'nurturing', 'recycled', 'closed')"

ORDERS = """
    select customer_id, order_date, net_revenue from marts.fct_orders
    where order_type = 'sale' and customer_id is not null and ordered_at < {day}
"""
REFUNDS = """
    select customer_id, refund_date, refund_amount from marts.fct_refunds
    where customer_id is not null and refunded_at < {day}
"""
HABITS = """
    select customer_id, as_of_date, order_count, orders_365d, avg_order_value, price_level, category_count,
        discount_share, coalesce(first_source, 'unknown') as peer_group, currency_code
    from marts.customer_features where order_count >= 1 and as_of_date = date '{on}'
"""
PURCHASES = """
    select customer_id, product_id, cast(ordered_at as date) as order_date from marts.fct_order_lines
    where line_type = 'product' and quantity > 0 and not is_return and customer_id is not null and ordered_at < {day}
"""
# Hours by the clock on the customer's wall, as far as a country has one.
TASTES = """
    with lines as (
        select l.customer_id, l.category, p.brand, p.current_price,
            p.current_price / nullif(avg(p.current_price) over (partition by l.category), 0) as dearness
        from marts.fct_order_lines as l inner join marts.dim_products as p on l.product_id = p.product_id
        where l.line_type = 'product' and l.quantity > 0 and not l.is_return and l.customer_id is not null
            and l.ordered_at < {day}
    ),
    orders as (
        select customer_id, channel, hour(ordered_at + to_hours(case
            when country in ('CN', 'China', '中国') then 8 when country = 'US' then -6 when country = 'CA' then -5
            else 0 end)) as local_hour
        from marts.fct_orders where order_type = 'sale' and customer_id is not null and ordered_at < {day}
    ),
    levels as (
        select customer_id, dearness, percent_rank() over (order by dearness) as place from lines
        where dearness is not null
    ),
    told as (
        select 'category' as aspect, customer_id, category as value from lines where category <> 'unknown'
        union all select 'brand', customer_id, brand from lines where brand is not null
        union all select 'channel', customer_id, channel from orders
        union all select 'hour', customer_id, case when local_hour < 6 then 'night' when local_hour < 12 then 'morning'
            when local_hour < 18 then 'afternoon' else 'evening' end from orders
        union all select 'price_level', customer_id,
            case when place < 1 / 3 then 'low' when place < 2 / 3 then 'middle' else 'high' end from levels
    )
    select aspect, customer_id, value, count(*) as purchases from told
    where customer_id in (
        select customer_id from marts.customer_features where order_count >= 1 and as_of_date = {day}
    )
    group by aspect, customer_id, value
"""
# No export says that a delivery was refused at the door: an order given back whole about which nobody had complained is
# taken for one when it was sent and had several lines; of one line, the model decides. Shops give a day to pay,
# companies two months. Nor does any say that a complaint was unfounded: it counts as that only where no order had come
# for 60 days.
CONDUCT = """
    with orders as (
        select order_id, customer_id, ordered_at, net_revenue, line_count, order_type,
            coalesce(channel, '') <> 'retail' and order_type = 'sale' as is_sent,
            coalesce(discount_amount, 0) > 0 as is_cheaper,
            paid_at > ordered_at + to_days(case when channel = 'b2b' then 60 else 1 end) as is_late
        from marts.fct_orders
        where order_type in ('sale', 'cancelled') and customer_id is not null and ordered_at < {day}
    ),
    complaints as (
        select customer_id, created_at from marts.fct_tickets
        where is_complaint and customer_id is not null and created_at < {day}
    ),
    given_back as (
        select order_id, sum(refund_amount) as amount from marts.fct_refunds
        where refunded_at < {day} and order_id is not null
        group by order_id
    ),
    judged as (
        select o.customer_id, o.is_cheaper, o.order_type, o.is_sent, o.line_count >= 2 as has_several_lines,
            coalesce(o.is_late, false) as is_late,
            g.amount is not null and o.order_type = 'sale' as is_back,
            coalesce(o.is_sent and g.amount >= o.net_revenue, false) as is_whole,
            exists (
                select 1 from complaints as c
                where c.customer_id = o.customer_id
                    and c.created_at between o.ordered_at and o.ordered_at + to_days(45)
            ) as has_complained
        from orders as o left join given_back as g on o.order_id = g.order_id
    ),
    by_customer as (
        select customer_id, count(*) as order_count,
            count(*) filter (is_sent) as sent_count,
            count(*) filter (is_sent and has_several_lines) as several_lines_count,
            count(*) filter (is_back and not has_complained and not is_whole) as returns,
            count(*) filter (is_back and not has_complained and is_whole and not has_several_lines) as given_back_whole,
            count(*) filter (is_back and not has_complained and is_whole and has_several_lines) as refused_deliveries,
            count(*) filter (is_late) as late_payments,
            count(*) filter (
                is_cheaper and (is_back or order_type = 'cancelled') and not has_complained
            ) as coupon_abuse
        from judged
        group by customer_id
    ),
    unfounded as (
        select c.customer_id, count(*) as unfounded_complaints from complaints as c
        where not exists (
            select 1 from orders as o
            where o.customer_id = c.customer_id
                and o.ordered_at between c.created_at - to_days(60) and c.created_at
        )
        group by c.customer_id
    )
    select by_customer.*, coalesce(unfounded_complaints, 0) as unfounded_complaints
    from by_customer left join unfounded using (customer_id)
    order by customer_id
"""
LEADS = f"""
    select lead_id, channel, kind, owner_id, response_hours, created_at,
        coalesce(is_converted and converted_at < {{day}}, false) as is_converted,
        created_at < {{day}} - to_days({LEAD_MATURES_DAYS}) and coalesce(status, '') <> 'recycled' as has_ended,
        not is_converted and coalesce(status, '') not in {ENDED} as is_open,
        created_at >= {{day}} - to_days({ACTIVE_STAFF_DAYS}) as is_recent
    from marts.fct_leads where created_at < {{day}} order by created_at, lead_id
"""
DAILY = """
    select order_date, sum(net_revenue) as net_revenue from (
        select order_date, net_revenue from marts.fct_orders where order_type = 'sale' and ordered_at < {day}
        union all select refund_date, -refund_amount from marts.fct_refunds where refunded_at < {day}
    ) group by order_date order by order_date
"""
CHANCES = """
    select customer_id, purchase_probability, purchase_probability_30d_ago, reason_1, reason_2, reason_3
    from ml.churn_scores where as_of_date = {day} and purchase_probability is not null
"""


@dataclass(frozen=True)
class Inputs:
    """What is read in one run, each but once."""

    warehouse: Warehouse
    day: date

    def ask(self, query: str) -> pd.DataFrame:
        return self.warehouse.read(query.format(day=f"date '{self.day}'"))

    @cached_property
    def history(self) -> History:
        return History.of(self.ask(ORDERS))

    @cached_property
    def refunds(self) -> pd.DataFrame:
        return self.ask(REFUNDS)

    @cached_property
    def habits(self) -> pd.DataFrame:
        return self.habits_on(self.day)

    def habits_on(self, day: date) -> pd.DataFrame:
        return self.warehouse.read(HABITS.format(on=day))

    @property
    def quarters(self) -> tuple[date, date]:
        """The first days of this quarter and of the one before."""
        return quarter_start(self.day), quarter_before(self.day)

    def if_there(self, query: str, relation: str) -> pd.DataFrame:
        """The rows, or none where nobody has written the relation yet."""
        schema, _, table = relation.partition(".")
        found = self.warehouse.read(
            f"select 1 from duckdb_tables() where schema_name = '{schema}' and table_name = '{table}'"
        )
        return pd.DataFrame() if found.empty else self.ask(query)


def trust_overrides(path: Path | None = None) -> pd.DataFrame:
    """The appeals that were granted: `overrides/trust.csv` under the data folder, header OVERRIDES; no file, no
    appeals.

    Raises:
        dg.Failure: the file has another header, or a day in it is none.
    """
    path = path or settings().data / "overrides" / "trust.csv"
    if not path.is_file():
        return pd.DataFrame(columns=list(OVERRIDES))
    rows = pd.read_csv(path, dtype=str, encoding="utf-8-sig")
    if tuple(rows.columns) != OVERRIDES:
        raise dg.Failure(f"{path} must have the header {','.join(OVERRIDES)}. Correct its first line.")
    if pd.to_datetime(rows["decided_at"], errors="coerce").isna().any():
        raise dg.Failure(f"{path} has a decided_at that is no date. Write it like 2026-11-01.")
    return rows
