-- The same money three times: line by line; sales less refunds; and, up to as_of_date, customer by customer with
-- the guests beside them.

with

lines as (

    select coalesce(sum(net_amount), 0) as amount
    from {{ ref('fct_order_lines') }}
    where is_net_revenue

),

movements as (

    select
        net_revenue as amount,
        customer_id,
        ordered_at as moved_at
    from {{ ref('fct_orders') }}
    where order_type = 'sale'

    union all

    select
        -refund_amount as amount,
        customer_id,
        refunded_at as moved_at
    from {{ ref('fct_refunds') }}

),

totals as (

    select
        coalesce(sum(amount), 0) as amount,
        coalesce(sum(case when moved_at < {{ as_of_date() }} then amount else 0 end), 0) as amount_to_date,
        coalesce(sum(case when moved_at < {{ as_of_date() }} and customer_id is null then amount else 0 end), 0)
            as guests_to_date
    from movements

),

customers as (

    select coalesce(sum(net_revenue), 0) as amount_to_date
    from {{ ref('customer_features') }}

)

select
    lines.amount as by_line,
    totals.amount as by_invoice,
    totals.amount_to_date as by_invoice_to_date,
    totals.guests_to_date,
    customers.amount_to_date as by_customer_to_date
from lines
cross join totals
cross join customers
where
    lines.amount <> totals.amount
    or totals.amount_to_date <> customers.amount_to_date + totals.guests_to_date
