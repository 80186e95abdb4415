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

customer_months as (

    select
        customer_id,
        order_month,
        sum(net_revenue) as gross_revenue
    from orders
    group by
        customer_id,
        order_month

),

ranked as (

    select
        customer_id,
        source_system as first_source,
        order_month as cohort_month,
        ordered_at as first_ordered_at,
        row_number() over (partition by customer_id order by ordered_at, order_id) as place
    from orders

),

first_orders as (

    select * from ranked
    where place = 1

),

features as (

    select
        customer_id,
        first_channel
    from {{ ref('customer_features') }}
    where as_of_date = {{ as_of_date() }}

),

-- What a campaign did: addressed somebody, or brought a visit under its code.
reached as (

    select
        customer_id,
        campaign_name,
        touched_at as reached_at
    from {{ ref('fct_campaign_touches') }}

    union all

    select
        sessions.customer_id,
        campaigns.campaign_name,
        sessions.started_at as reached_at
    from {{ ref('fct_sessions') }} as sessions
    inner join {{ ref('dim_campaigns') }} as campaigns
        on sessions.marketing_campaign = campaigns.campaign_code

),

reached_before as (

    select
        reached.customer_id,
        reached.campaign_name,
        row_number() over (
            partition by reached.customer_id order by reached.reached_at, reached.campaign_name
        ) as place
    from reached
    inner join first_orders
        on
            reached.customer_id = first_orders.customer_id
            and reached.reached_at <= first_orders.first_ordered_at
    where reached.campaign_name is not null

),

sliced as (

    select
        customer_id,
        cohort_month,
        'source' as breakdown,
        first_source as slice
    from first_orders

    union all

    select
        first_orders.customer_id,
        first_orders.cohort_month,
        'channel' as breakdown,
        coalesce(features.first_channel, 'unknown') as slice
    from first_orders
    left join features
        on first_orders.customer_id = features.customer_id

    union all

    select
        first_orders.customer_id,
        first_orders.cohort_month,
        'campaign' as breakdown,
        coalesce(reached_before.campaign_name, 'none') as slice
    from first_orders
    left join reached_before
        on
            first_orders.customer_id = reached_before.customer_id
            and reached_before.place = 1

),

cohort_sizes as (

    select
        breakdown,
        slice,
        cohort_month,
        count(*) as cohort_size
    from sliced
    group by
        breakdown,
        slice,
        cohort_month

),

cohort_months as (

    select
        sliced.breakdown,
        sliced.slice,
        sliced.cohort_month,
        cast({{ dbt.datediff('sliced.cohort_month', 'customer_months.order_month', 'month') }} as integer)
            as months_since,
        count(*) as customer_count,
        cast(sum(customer_months.gross_revenue) as decimal(18, 2)) as gross_revenue
    from customer_months
    inner join sliced
        on customer_months.customer_id = sliced.customer_id
    group by
        sliced.breakdown,
        sliced.slice,
        sliced.cohort_month,
        {{ dbt.datediff('sliced.cohort_month', 'customer_months.order_month', 'month') }}

),

cohort_retention as (

    select
        cohort_months.breakdown,
        cohort_months.slice,
        cohort_months.cohort_month,
        cohort_months.months_since,
        cohort_sizes.cohort_size,
        cohort_months.customer_count,
        cohort_months.gross_revenue,
        {{ reporting_currency() }} as currency_code
    from cohort_months
    inner join cohort_sizes
        on
            cohort_months.breakdown = cohort_sizes.breakdown
            and cohort_months.slice = cohort_sizes.slice
            and cohort_months.cohort_month = cohort_sizes.cohort_month

)

select * from cohort_retention
