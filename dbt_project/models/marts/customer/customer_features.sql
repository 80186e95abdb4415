{#- A view: every customer's rank changes with one customer's order, and what was counted does not. -#}
{{ config(materialized='view') }}

with

counted as (

    select * from {{ ref('int_features_counted') }}

),

-- Where a customer stands among all of the same day, from 0 to 1, 1 best: what drifts with the business does not.
ranked as (

    select
        customer_id,
        as_of_date,
        entity_type,
        country,
        first_order_date,
        last_order_date,
        recency_days,
        order_count,
        refund_count,
        gross_revenue,
        refund_amount,
        net_revenue,
        currency_code,
        avg_order_value,
        tenure_days,
        orders_7d,
        net_revenue_7d,
        orders_30d,
        net_revenue_30d,
        orders_90d,
        net_revenue_90d,
        orders_180d,
        net_revenue_180d,
        orders_365d,
        net_revenue_365d,
        gap_days_mean,
        gap_days_std,
        recency_over_gap,
        refund_share,
        refunds_365d,
        discount_share,
        category_count,
        source_count,
        price_level,
        ticket_count,
        tickets_90d,
        open_ticket_count,
        bad_rating_count,
        satisfaction_mean,
        visit_count,
        visits_30d,
        visits_90d,
        days_since_last_visit,
        campaign_touch_count,
        campaign_response_count,
        is_member,
        member_level,
        points_balance,
        first_source,
        first_channel,
        cohort_month,
        percent_rank() over (partition by as_of_date order by recency_days desc nulls first) as recency_rank,
        percent_rank() over (partition by as_of_date order by order_count) as order_count_rank,
        percent_rank() over (partition by as_of_date order by net_revenue) as net_revenue_rank,
        percent_rank() over (partition by as_of_date order by visits_90d) as visits_90d_rank
    from counted

)

select * from ranked
