with

days as (

    select
        coalesce(sum(order_count), 0) as order_count,
        coalesce(sum(gross_revenue), 0) as gross_revenue,
        coalesce(sum(refund_amount), 0) as refund_amount,
        coalesce(sum(new_customer_count), 0) as new_customer_count
    from {{ ref('daily_business') }}

),

orders as (

    select
        count(*) as order_count,
        coalesce(sum(net_revenue), 0) as gross_revenue,
        count(distinct customer_id) as customer_count
    from {{ ref('fct_orders') }}
    where
        order_type = 'sale'
        and order_date < {{ as_of_date() }}

),

refunds as (

    select coalesce(sum(refund_amount), 0) as refund_amount
    from {{ ref('fct_refunds') }}
    where refund_date < {{ as_of_date() }}

)

select
    days.*,
    orders.order_count as orders_of_the_facts,
    orders.gross_revenue as gross_revenue_of_the_facts,
    refunds.refund_amount as refund_amount_of_the_facts,
    orders.customer_count as customers_of_the_facts
from days
cross join orders
cross join refunds
where
    days.order_count <> orders.order_count
    or days.gross_revenue <> orders.gross_revenue
    or days.refund_amount <> refunds.refund_amount
    or days.new_customer_count <> orders.customer_count
