"""The floor: what the same figures cost with nothing around them - no contracts, no tests, no history, no privacy.

One DuckDB script over the files of the real inbox. The warehouse's time and memory are held against it, and its
customers are the outside oracle for the warehouse's: nothing here is shared with the project's SQL or Python.
"""

import argparse
import json
import resource
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:  # loading pandas would be measured with the rest
    import pandas as pd

LIMITS: dict[str, str | bool | int | float | list[str]] = {"threads": "2", "memory_limit": "2GB"}

ORDER_LINES = """
create table order_lines as
with distinct_lines as (
    select distinct * from read_csv($files, all_varchar = true)
)
select
    Invoice as invoice,
    upper(StockCode) as stock_code,
    "Customer ID" as customer_id,
    InvoiceDate::timestamp as ordered_at,
    Price::decimal(18, 4) as unit_price,
    round(Quantity::bigint * unit_price, 2)::decimal(18, 2) as net_amount
from distinct_lines
where InvoiceDate::timestamp < $as_of
"""

# Shipping, fees, adjustments, samples and tests are no revenue; manual lines and discounts are.
INVOICES = """
create table invoices as
select
    invoice,
    any_value(customer_id) as customer_id,
    min(ordered_at) as ordered_at,
    case
        when invoice like 'C%' then 'return'
        when invoice like 'A%' or (max(customer_id) is null and max(abs(unit_price)) = 0) then 'adjustment'
        when bool_and(stock_code in (
            'BANK CHARGES', 'AMAZONFEE', 'CRUK', 'B', 'ADJUST', 'ADJUST2', 'TEST001', 'TEST002'
        )) then 'adjustment'
        else 'sale'
    end as kind,
    coalesce(sum(net_amount) filter (stock_code not in (
        'POST', 'DOT', 'C2', 'C3', 'BANK CHARGES', 'AMAZONFEE', 'CRUK',
        'B', 'ADJUST', 'ADJUST2', 'S', 'TEST001', 'TEST002'
    )), 0)::decimal(18, 2) as net_revenue
from order_lines
group by invoice
"""

CUSTOMERS = """
create table customers as
select
    customer_id,
    min(ordered_at::date) filter (kind = 'sale') as first_order_date,
    max(ordered_at::date) filter (kind = 'sale') as last_order_date,
    $as_of::date - max(ordered_at::date) filter (kind = 'sale') as recency_days,
    count(*) filter (kind = 'sale') as order_count,
    coalesce(sum(net_revenue) filter (kind = 'sale'), 0)::decimal(18, 2) as gross_revenue,
    coalesce(-sum(net_revenue) filter (kind = 'return'), 0)::decimal(18, 2) as refund_amount,
    (gross_revenue - refund_amount)::decimal(18, 2) as net_revenue
from invoices
where customer_id is not null
group by customer_id
"""

TOUCHES = """
create table touches as
select 'zendesk' as source_system, requester_id as person, count(distinct id) as tickets, 0 as campaigns, 0 as events
from read_csv($zendesk, all_varchar = true) where created_at::timestamp < $as_of group by all
union all
select 'salesforce', coalesce(ContactId, LeadId), 0, count(distinct Id), 0
from read_csv($salesforce, all_varchar = true) where CreatedDate::timestamptz < $as_of group by all
union all
select 'snowplow', user_id, 0, 0, count(distinct event_id)
from read_csv($snowplow, all_varchar = true) where collector_tstamp::timestamp < $as_of group by all
"""

# A score is one more than the whole fifths of customers who are strictly worse: ties share it.
RFM = """
create table rfm as
with scored as (
    select
        customer_id, recency_days, order_count, net_revenue,
        1 + 5 * (rank() over (order by recency_days desc) - 1) // count(*) over () as r,
        1 + 5 * (rank() over (order by order_count) - 1) // count(*) over () as f,
        1 + 5 * (rank() over (order by net_revenue) - 1) // count(*) over () as m
    from customers
    where order_count >= 1
)
select
    *,
    case
        when r = 5 then (array['new', 'potential_loyalist', 'potential_loyalist', 'champions', 'champions'])[f]
        when r = 4 then (array['promising', 'potential_loyalist', 'potential_loyalist', 'loyal', 'champions'])[f]
        when r = 3 then (array['about_to_sleep', 'need_attention', 'need_attention', 'loyal', 'loyal'])[f]
        when r = 2 then (array['hibernating', 'hibernating', 'at_risk', 'at_risk', 'at_risk'])[f]
        else (array['lost', 'lost', 'at_risk', 'cant_lose', 'cant_lose'])[f]
    end as segment,
    case when m >= avg(m) over () then 'important_' else 'general_' end
    || case
        when r >= avg(r) over () and f >= avg(f) over () then 'value'
        when r >= avg(r) over () then 'develop'
        when f >= avg(f) over () then 'keep'
        else 'retain'
    end as segment_8
from scored
"""


def bare(inbox: Path, as_of: date) -> None:
    """Writes the customers, their touches and their segments into a throw-away DuckDB file."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(f"{folder}/bare.duckdb", config=LIMITS) as connection:
        _compute(connection, inbox, as_of)


def customers(inbox: Path, as_of: date) -> "pd.DataFrame":
    """One row per customer of the shop who has bought: customer_id (the shop's), recency_days, order_count,
    net_revenue, r, f, m, segment, segment_8. Sorted by customer_id."""
    with duckdb.connect(config=LIMITS) as connection:
        _compute(connection, inbox, as_of)
        return connection.sql("from rfm order by customer_id").df()


def _compute(connection: duckdb.DuckDBPyConnection, inbox: Path, as_of: date) -> None:
    moment = {"as_of": as_of}
    connection.execute("set timezone = 'UTC'")
    connection.execute(ORDER_LINES, {"files": str(inbox / "retail" / "*" / "*.csv"), **moment})
    connection.execute(INVOICES)
    connection.execute(CUSTOMERS, moment)
    touches = {
        "zendesk": str(inbox / "zendesk" / "*" / "ticket*.csv"),
        "salesforce": str(inbox / "salesforce" / "*" / "CampaignMember.csv"),
        "snowplow": str(inbox / "snowplow" / "*" / "*events*.csv"),
    }
    connection.execute(TOUCHES, {**touches, **moment})
    connection.execute(RFM)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inbox", type=Path, required=True)
    parser.add_argument("--as-of", type=date.fromisoformat, required=True)
    arguments = parser.parse_args()
    began = time.perf_counter()
    bare(arguments.inbox, arguments.as_of)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts KiB
    print(json.dumps({"seconds": round(seconds, 2), "peak_rss_mb": round(peak)}))


if __name__ == "__main__":
    main()
