with

orders as (

    select * from {{ ref('fct_orders') }}
    where
        order_type = 'sale'
        and order_date < {{ as_of_date() }}

),

refunds as (

    select * from {{ ref('fct_refunds') }}
    where refund_date < {{ as_of_date() }}

),

first_orders as (

    select
        customer_id,
        min(order_date) as first_order_date
    from orders
    group by customer_id

),

new_customers as (

    select
        first_order_date as order_date,
        count(customer_id) as new_customer_count
    from first_orders
    group by first_order_date

),

daily_orders as (

    select
        order_date,
        count(*) as order_count,
        count(distinct customer_id) as customer_count,
        cast(sum(net_revenue) as decimal(18, 2)) as gross_revenue,
        count(case when is_guest then 1 end) as guest_order_count
    from orders
    group by order_date

),

daily_refunds as (

    select
        refund_date as order_date,
        cast(sum(refund_amount) as decimal(18, 2)) as refund_amount
    from refunds
    group by refund_date

),

-- A day on which money only went back is a day of business too.
days as (

    select order_date from daily_orders

    union

    select order_date from daily_refunds

),

daily_business as (

    select
        days.order_date,
        coalesce(daily_orders.order_count, 0) as order_count,
        coalesce(daily_orders.customer_count, 0) as customer_count,
        coalesce(new_customers.new_customer_count, 0) as new_customer_count,
        coalesce(daily_orders.gross_revenue, 0) as gross_revenue,
        coalesce(daily_refunds.refund_amount, 0) as refund_amount,
        cast(
            coalesce(daily_orders.gross_revenue, 0) - coalesce(daily_refunds.refund_amount, 0) as decimal(18, 2)
        ) as net_revenue,
        coalesce(daily_orders.guest_order_count, 0) as guest_order_count,
        {{ reporting_currency() }} as currency_code
    from days
    left join daily_orders
        on days.order_date = daily_orders.order_date
    left join new_customers
        on days.order_date = new_customers.order_date
    left join daily_refunds
        on days.order_date = daily_refunds.order_date

)

select * from daily_business
