with

customers as (

    select * from {{ ref('dim_customers') }}

),

features as (

    select * from {{ ref('customer_features') }}
    where as_of_date = {{ as_of_date() }}

),

rfm as (

    select * from {{ source('ml', 'rfm') }}

),

customer_360 as (

    select
        customers.customer_id,
        features.as_of_date,
        customers.entity_type,
        customers.country,
        customers.record_count,
        customers.source_systems,
        customers.first_seen_date,
        features.first_order_date,
        features.last_order_date,
        features.recency_days,
        features.order_count,
        features.refund_count,
        features.net_revenue,
        features.currency_code,
        features.avg_order_value,
        rfm.r_score,
        rfm.f_score,
        rfm.m_score,
        rfm.segment,
        rfm.segment_8,
        features.ticket_count,
        features.open_ticket_count,
        features.visit_count,
        features.campaign_touch_count,
        features.order_count > 0 as has_ordered
    from customers
    inner join features
        on customers.customer_id = features.customer_id
    left join rfm
        on
            features.customer_id = rfm.customer_id
            and features.as_of_date = rfm.as_of_date

)

select * from customer_360
