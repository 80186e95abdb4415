with

customers as (

    select
        *,
        floor({{ dbt.datediff('birth_date', as_of_date(), 'day') }} / 365.25) as age_years
    from {{ ref('dim_customers') }}

),

features as (

    select * from {{ ref('customer_features') }}
    where as_of_date = {{ as_of_date() }}

),

rfm as (

    select * from {{ source('ml', 'rfm') }}

),

customer_value as (

    select * from {{ source('ml', 'customer_value') }}

),

churn_scores as (

    select * from {{ source('ml', 'churn_scores') }}

),

portraits as (

    select
        lifecycle.customer_id,
        lifecycle.as_of_date,
        named_segments.segment,
        named_segments.segment_8,
        lifecycle.stage as lifecycle_stage,
        value_tiers.value_tier,
        loyalty.loyalty_score,
        loyalty.loyalty_tier,
        personas.persona,
        trust.trust_score,
        trust.trust_band,
        health.health_score,
        health.change_30d as health_change_30d,
        next_purchases.expected_date as next_purchase_date
    from {{ source('ml', 'lifecycle') }} as lifecycle
    left join {{ source('ml', 'named_segments') }} as named_segments
        on lifecycle.customer_id = named_segments.customer_id
    left join {{ source('ml', 'value_tiers') }} as value_tiers
        on lifecycle.customer_id = value_tiers.customer_id
    left join {{ source('ml', 'loyalty') }} as loyalty
        on lifecycle.customer_id = loyalty.customer_id
    left join {{ source('ml', 'personas') }} as personas
        on lifecycle.customer_id = personas.customer_id
    left join {{ source('ml', 'trust') }} as trust
        on lifecycle.customer_id = trust.customer_id
    left join {{ source('ml', 'health') }} as health
        on lifecycle.customer_id = health.customer_id
    left join {{ source('ml', 'next_purchases') }} as next_purchases
        on lifecycle.customer_id = next_purchases.customer_id

),

preferences as (

    select
        customer_id,
        as_of_date,
        max(case when aspect = 'category' then preference end) as preferred_category,
        max(case when aspect = 'brand' then preference end) as preferred_brand,
        max(case when aspect = 'price_level' then preference end) as preferred_price_level,
        max(case when aspect = 'channel' then preference end) as preferred_channel,
        max(case when aspect = 'hour' then preference end) as preferred_hour
    from {{ source('ml', 'preferences') }}
    group by customer_id, as_of_date

),

customer_360 as (

    select
        customers.customer_id,
        features.as_of_date,
        customers.entity_type,
        customers.country,
        customers.region,
        customers.province,
        customers.city,
        customers.gender,
        case
            when customers.birth_date is null or customers.age_years not between 0 and 120 then 'unknown'
            when customers.age_years < 18 then 'under_18'
            when customers.age_years < 25 then '18_24'
            when customers.age_years < 35 then '25_34'
            when customers.age_years < 45 then '35_44'
            when customers.age_years < 55 then '45_54'
            when customers.age_years < 65 then '55_64'
            else '65_up'
        end as age_band,
        customers.status,
        customers.level,
        customers.owner_id,
        customers.consent_email,
        customers.consent_phone,
        customers.consent_sms,
        customers.member_level,
        features.points_balance,
        features.first_source,
        features.first_channel,
        features.cohort_month,
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
        features.orders_365d,
        features.net_revenue_365d,
        features.refund_share,
        features.satisfaction_mean,
        features.visits_90d,
        features.days_since_last_visit,
        rfm.r_score,
        rfm.f_score,
        rfm.m_score,
        coalesce(portraits.segment, rfm.segment) as segment,
        coalesce(portraits.segment_8, rfm.segment_8) as segment_8,
        features.ticket_count,
        features.open_ticket_count,
        features.visit_count,
        features.campaign_touch_count,
        customer_value.expected_orders as expected_orders_90d,
        customer_value.expected_net_revenue as expected_net_revenue_90d,
        customer_value.lower_80 as value_lower_80,
        customer_value.upper_80 as value_upper_80,
        customer_value.lifetime_value,
        customer_value.p_alive,
        churn_scores.churn_probability,
        churn_scores.reason_1 as churn_reason_1,
        features.order_count > 0 as has_ordered,
        portraits.lifecycle_stage,
        portraits.value_tier,
        portraits.loyalty_score,
        portraits.loyalty_tier,
        portraits.persona,
        portraits.trust_score,
        portraits.trust_band,
        portraits.health_score,
        portraits.health_change_30d,
        preferences.preferred_category,
        preferences.preferred_brand,
        preferences.preferred_price_level,
        preferences.preferred_channel,
        preferences.preferred_hour,
        portraits.next_purchase_date
    from customers
    inner join features
        on customers.customer_id = features.customer_id
    left join rfm
        on
            features.customer_id = rfm.customer_id
            and features.as_of_date = rfm.as_of_date
    left join customer_value
        on
            features.customer_id = customer_value.customer_id
            and features.as_of_date = customer_value.as_of_date
    left join churn_scores
        on
            features.customer_id = churn_scores.customer_id
            and features.as_of_date = churn_scores.as_of_date
    left join portraits
        on
            features.customer_id = portraits.customer_id
            and features.as_of_date = portraits.as_of_date
    left join preferences
        on
            features.customer_id = preferences.customer_id
            and features.as_of_date = preferences.as_of_date

)

select * from customer_360
