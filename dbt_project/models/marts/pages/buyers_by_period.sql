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

-- Counted per customer first: orders are many, and a customer stands in six periods and three slices.
bought as (

    select
        periods.window_days,
        periods.period,
        periods.starts_on,
        orders.channel,
        orders.region,
        orders.customer_id,
        count(*) as order_count,
        sum(orders.net_revenue) as gross_revenue
    from orders
    inner join periods
        on
            orders.order_date >= periods.starts_on
            and orders.order_date < periods.ends_before
    group by
        periods.window_days,
        periods.period,
        periods.starts_on,
        orders.channel,
        orders.region,
        orders.customer_id

),

bought_anywhere as (

    select
        window_days,
        period,
        starts_on,
        region,
        customer_id,
        sum(order_count) as order_count,
        sum(gross_revenue) as gross_revenue
    from bought
    group by
        window_days,
        period,
        starts_on,
        region,
        customer_id

),

sliced as (

    select
        window_days,
        period,
        starts_on,
        customer_id,
        order_count,
        gross_revenue,
        'all' as breakdown,
        '' as slice
    from bought_anywhere

    union all

    select
        window_days,
        period,
        starts_on,
        customer_id,
        order_count,
        gross_revenue,
        'channel' as breakdown,
        channel as slice
    from bought

    union all

    select
        window_days,
        period,
        starts_on,
        customer_id,
        order_count,
        gross_revenue,
        'region' as breakdown,
        region as slice
    from bought_anywhere

),

buyers_by_period as (

    select
        sliced.window_days,
        sliced.period,
        sliced.breakdown,
        sliced.slice,
        count(sliced.customer_id) as customer_count,
        count(case when first_orders.first_order_date >= sliced.starts_on then 1 end) as new_customer_count,
        cast(sum(sliced.order_count) as bigint) as order_count,
        cast(sum(sliced.gross_revenue) as decimal(18, 2)) as gross_revenue,
        {{ reporting_currency() }} as currency_code
    from sliced
    left join first_orders
        on sliced.customer_id = first_orders.customer_id
    group by
        sliced.window_days,
        sliced.period,
        sliced.breakdown,
        sliced.slice

)

select * from buyers_by_period
