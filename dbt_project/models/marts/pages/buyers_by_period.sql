-- Customers do not add up over days, so who bought in a period is counted here, for the periods the pages offer.
with

lengths as (

    select 30 as window_days

    union all

    select 90 as window_days

    union all

    select 365 as window_days

),

periods as (

    select
        window_days,
        'now' as period,
        cast({{ dbt.dateadd('day', '-window_days', as_of_date()) }} as date) as starts_on,
        cast({{ as_of_date() }} as date) as ends_before
    from lengths

    union all

    select
        window_days,
        'before' as period,
        cast({{ dbt.dateadd('day', '-2 * window_days', as_of_date()) }} as date) as starts_on,
        cast({{ dbt.dateadd('day', '-window_days', as_of_date()) }} as date) as ends_before
    from lengths

),

orders as (

    select
        orders.customer_id,
        orders.order_date,
        orders.net_revenue,
        coalesce(orders.channel, '') as channel,
        coalesce(customers.region, 'unknown') as region
    from {{ ref('fct_orders') }} as orders
    left join {{ ref('dim_customers') }} as customers
        on orders.customer_id = customers.customer_id
    where
        orders.order_type = 'sale'
        and orders.order_date < {{ as_of_date() }}

),

first_orders as (

    select
        customer_id,
        min(order_date) as first_order_date
    from orders
    group by customer_id

),

sliced as (

    select
        customer_id,
        order_date,
        net_revenue,
        'all' as breakdown,
        '' as slice
    from orders

    union all

    select
        customer_id,
        order_date,
        net_revenue,
        'channel' as breakdown,
        channel as slice
    from orders

    union all

    select
        customer_id,
        order_date,
        net_revenue,
        'region' as breakdown,
        region as slice
    from orders

),

buyers_by_period as (

    select
        periods.window_days,
        periods.period,
        sliced.breakdown,
        sliced.slice,
        count(distinct sliced.customer_id) as customer_count,
        count(
            distinct case when first_orders.first_order_date >= periods.starts_on then sliced.customer_id end
        ) as new_customer_count,
        count(*) as order_count,
        cast(sum(sliced.net_revenue) as decimal(18, 2)) as gross_revenue,
        {{ reporting_currency() }} as currency_code
    from sliced
    inner join periods
        on
            sliced.order_date >= periods.starts_on
            and sliced.order_date < periods.ends_before
    left join first_orders
        on sliced.customer_id = first_orders.customer_id
    group by
        periods.window_days,
        periods.period,
        sliced.breakdown,
        sliced.slice

)

select * from buyers_by_period
