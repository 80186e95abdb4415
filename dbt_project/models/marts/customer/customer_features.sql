{#- A view: every customer's rank changes with one customer's order, and what was counted does not. -#}
{{ config(materialized='view') }}

with

counted as (

    select * from {{ ref('int_features_counted') }}

),

-- Where a customer stands among all of the same day, from 0 to 1, 1 best: what drifts with the business does not.
ranked as (

    select
        *,
        percent_rank() over (partition by as_of_date order by recency_days desc nulls first) as recency_rank,
        percent_rank() over (partition by as_of_date order by order_count) as order_count_rank,
        percent_rank() over (partition by as_of_date order by net_revenue) as net_revenue_rank,
        percent_rank() over (partition by as_of_date order by visits_90d) as visits_90d_rank
    from counted

)

select * from ranked
