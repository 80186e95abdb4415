with

orders as (

    select
        order_id,
        customer_id,
        source_system,
        ordered_at,
        net_revenue,
        cast({{ dbt.date_trunc('month', 'order_date') }} as date) as order_month
    from {{ ref('fct_orders') }}
    where
        order_type = 'sale'
        and customer_id is not null
        and order_date < {{ as_of_date() }}

),

ranked as (

    select
        customer_id,
        source_system as first_source,
        order_month as cohort_month,
        row_number() over (partition by customer_id order by ordered_at, order_id) as place
    from orders

),

first_orders as (

    select
        customer_id,
        first_source,
        cohort_month
    from ranked
    where place = 1

),

cohort_sizes as (

    select
        first_source,
        cohort_month,
        count(*) as cohort_size
    from first_orders
    group by
        first_source,
        cohort_month

),

cohort_months as (

    select
        first_orders.first_source,
        first_orders.cohort_month,
        cast({{ dbt.datediff('first_orders.cohort_month', 'orders.order_month', 'month') }} as integer) as months_since,
        count(distinct orders.customer_id) as customer_count,
        cast(sum(orders.net_revenue) as decimal(18, 2)) as gross_revenue
    from orders
    inner join first_orders
        on orders.customer_id = first_orders.customer_id
    group by
        first_orders.first_source,
        first_orders.cohort_month,
        {{ dbt.datediff('first_orders.cohort_month', 'orders.order_month', 'month') }}

),

cohort_retention as (

    select
        cohort_months.first_source,
        cohort_months.cohort_month,
        cohort_months.months_since,
        cohort_sizes.cohort_size,
        cohort_months.customer_count,
        cohort_months.gross_revenue,
        {{ reporting_currency() }} as currency_code
    from cohort_months
    inner join cohort_sizes
        on
            cohort_months.first_source = cohort_sizes.first_source
            and cohort_months.cohort_month = cohort_sizes.cohort_month

)

select * from cohort_retention
