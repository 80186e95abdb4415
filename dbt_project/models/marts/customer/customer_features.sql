with

customers as (

    select * from {{ ref('dim_customers') }}

),

orders as (

    select * from {{ ref('fct_orders') }}
    where
        order_type = 'sale'
        and ordered_at < {{ as_of_date() }}

),

refunds as (

    select * from {{ ref('fct_refunds') }}
    where refunded_at < {{ as_of_date() }}

),

tickets as (

    select * from {{ ref('fct_tickets') }}
    where created_at < {{ as_of_date() }}

),

events as (

    select * from {{ ref('fct_events') }}
    where occurred_at < {{ as_of_date() }}

),

campaign_touches as (

    select * from {{ ref('fct_campaign_touches') }}
    where touched_at < {{ as_of_date() }}

),

days as (

    select
        {{ as_of_date() }} as as_of_date,
        {{ dbt.dateadd('day', -90, as_of_date()) }} as recent_from

),

order_features as (

    select
        orders.customer_id,
        min(orders.order_date) as first_order_date,
        max(orders.order_date) as last_order_date,
        count(*) as order_count,
        sum(orders.net_revenue) as gross_revenue,
        count(case when orders.ordered_at >= days.recent_from then 1 end) as orders_90d,
        sum(case when orders.ordered_at >= days.recent_from then orders.net_revenue else 0 end) as gross_revenue_90d
    from orders
    cross join days
    group by orders.customer_id

),

refund_features as (

    select
        refunds.customer_id,
        count(*) as refund_count,
        sum(refunds.refund_amount) as refund_amount,
        sum(case when refunds.refunded_at >= days.recent_from then refunds.refund_amount else 0 end)
            as refund_amount_90d
    from refunds
    cross join days
    group by refunds.customer_id

),

ticket_features as (

    select
        customer_id,
        count(*) as ticket_count,
        count(case when is_open then 1 end) as open_ticket_count
    from tickets
    group by customer_id

),

visit_features as (

    select
        customer_id,
        count(distinct session_id) as visit_count
    from events
    group by customer_id

),

campaign_features as (

    select
        customer_id,
        count(*) as campaign_touch_count
    from campaign_touches
    group by customer_id

),

features as (

    select
        customers.customer_id,
        days.as_of_date,
        customers.entity_type,
        customers.country,
        order_features.first_order_date,
        order_features.last_order_date,
        cast({{ dbt.datediff('order_features.last_order_date', 'days.as_of_date', 'day') }} as integer) as recency_days,
        cast(coalesce(order_features.order_count, 0) as integer) as order_count,
        cast(coalesce(refund_features.refund_count, 0) as integer) as refund_count,
        cast(coalesce(order_features.gross_revenue, 0) as decimal(18, 2)) as gross_revenue,
        cast(coalesce(refund_features.refund_amount, 0) as decimal(18, 2)) as refund_amount,
        cast(
            coalesce(order_features.gross_revenue, 0) - coalesce(refund_features.refund_amount, 0) as decimal(18, 2)
        ) as net_revenue,
        {{ reporting_currency() }} as currency_code,
        cast(order_features.gross_revenue / order_features.order_count as decimal(18, 2)) as avg_order_value,
        cast({{ dbt.datediff('order_features.first_order_date', 'days.as_of_date', 'day') }} as integer) as tenure_days,
        cast(coalesce(order_features.orders_90d, 0) as integer) as orders_90d,
        cast(
            coalesce(order_features.gross_revenue_90d, 0) - coalesce(refund_features.refund_amount_90d, 0)
            as decimal(18, 2)
        ) as net_revenue_90d,
        cast(coalesce(ticket_features.ticket_count, 0) as integer) as ticket_count,
        cast(coalesce(ticket_features.open_ticket_count, 0) as integer) as open_ticket_count,
        cast(coalesce(visit_features.visit_count, 0) as integer) as visit_count,
        cast(coalesce(campaign_features.campaign_touch_count, 0) as integer) as campaign_touch_count
    from customers
    cross join days
    left join order_features
        on customers.customer_id = order_features.customer_id
    left join refund_features
        on customers.customer_id = refund_features.customer_id
    left join ticket_features
        on customers.customer_id = ticket_features.customer_id
    left join visit_features
        on customers.customer_id = visit_features.customer_id
    left join campaign_features
        on customers.customer_id = campaign_features.customer_id

)

select * from features
