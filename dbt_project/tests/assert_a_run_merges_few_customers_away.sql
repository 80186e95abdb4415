{{ config(group='identity') }}

-- A run that takes the last records from more than a few of yesterday's customers stops for a human: a feed changed, or
-- a number became a hub. Whoever finds it right says crm run --accept-merges. Twenty are always few.

with

assignments as (

    select
        *,
        row_number() over (partition by record_key order by assignment_number desc) as recency_rank
    from {{ ref('customer_crosswalk') }}

),

last_day as (

    select max(assigned_as_of) as assigned_as_of from assignments

),

known_before as (

    select distinct assignments.customer_id
    from assignments
    inner join last_day
        on assignments.assigned_as_of < last_day.assigned_as_of

),

holding as (

    select distinct customer_id
    from assignments
    where recency_rank = 1

),

-- Whoever was merged away before today holds nothing since: only those count whose records went today.
moved_today as (

    select distinct older.customer_id
    from assignments as older
    inner join assignments as newer
        on
            older.record_key = newer.record_key
            and older.recency_rank = 2
            and newer.recency_rank = 1
    inner join last_day
        on newer.assigned_as_of = last_day.assigned_as_of

),

counted as (

    select
        count(*) as customer_count,
        sum(case when holding.customer_id is null and moved_today.customer_id is not null then 1 else 0 end)
            as merged_count
    from known_before
    left join holding
        on known_before.customer_id = holding.customer_id
    left join moved_today
        on known_before.customer_id = moved_today.customer_id

)

select * from counted
where
    merged_count > 20
    and merged_count > {{ var('max_merged_share') }} * customer_count
