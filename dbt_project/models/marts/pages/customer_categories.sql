with

lines as (

    select
        customer_id,
        category,
        order_id,
        net_amount,
        cast(ordered_at as date) as order_date
    from {{ ref('fct_order_lines') }}
    where
        customer_id is not null
        and category is not null
        and is_net_revenue
        and not is_return
        and cast(ordered_at as date) < {{ as_of_date() }}

),

bought as (

    select
        customer_id,
        category,
        count(distinct order_id) as order_count,
        cast(sum(net_amount) as decimal(18, 2)) as gross_revenue,
        max(order_date) as last_order_date
    from lines
    group by
        customer_id,
        category

),

customer_categories as (

    select
        customer_id,
        category,
        order_count,
        gross_revenue,
        last_order_date,
        cast({{ dbt.datediff('last_order_date', as_of_date(), 'day') }} as integer) as days_since_last_order,
        {{ reporting_currency() }} as currency_code
    from bought

)

select * from customer_categories
