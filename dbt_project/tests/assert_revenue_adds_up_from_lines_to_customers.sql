-- The same money from every side: an order's or a refund's lines make up its amount, in the currency it was charged
-- in; and, up to as_of_date, sales less refunds are the customers' net revenue with the guests' beside it.

with

lines as (

    select
        order_id,
        sum(case when is_net_revenue then original_net_amount else 0 end) as amount
    from {{ ref('fct_order_lines') }}
    group by order_id

),

-- A platform's order may come without its lines, in a delivery of its own, and its refunds have none.
stated as (

    select
        order_id,
        original_net_revenue as amount
    from {{ ref('fct_orders') }}
    where line_count > 0

    union all

    select
        refund_id as order_id,
        -original_refund_amount as amount
    from {{ ref('fct_refunds') }}
    where line_count > 0

),

unlike as (

    select
        coalesce(lines.order_id, stated.order_id) as subject,
        lines.amount as one_amount,
        stated.amount as other_amount
    from lines
    full outer join stated
        on lines.order_id = stated.order_id
    where
        lines.amount <> stated.amount
        or lines.order_id is null
        or stated.order_id is null

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
        coalesce(sum(case when customer_id is null then amount else 0 end), 0) as guests
    from movements
    where moved_at < {{ as_of_date() }}

),

customers as (

    select coalesce(sum(net_revenue), 0) as amount
    from {{ ref('customer_features') }}
    where as_of_date = {{ as_of_date() }}

)

select
    subject,
    one_amount,
    other_amount
from unlike

union all

select
    'customers and guests' as subject,
    customers.amount + totals.guests as one_amount,
    totals.amount as other_amount
from customers
cross join totals
where customers.amount + totals.guests <> totals.amount
