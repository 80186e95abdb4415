{{ config(group='identity') }}

-- A run that takes the last records from more than a few of the published customers stops for a human: a feed changed,
-- or a number became a hub. Whoever finds it right says crm run --accept-merges. Twenty are always few.

with

published as (

    select coalesce(max(last_assignment_number), 0) as last_assignment_number from {{ source('ops', 'runs') }}

),

assignments as (

    select
        crosswalk.*,
        crosswalk.assignment_number <= published.last_assignment_number as is_published,
        row_number() over (partition by crosswalk.record_key order by crosswalk.assignment_number desc) as recency_rank
    from {{ ref('customer_crosswalk') }} as crosswalk
    cross join published

),

known_before as (

    select distinct customer_id
    from assignments
    where is_published

),

holding as (

    select distinct customer_id
    from assignments
    where recency_rank = 1

),

-- Whoever was merged away before holds nothing since: only those count whose records go with this run.
moved_now as (

    select distinct older.customer_id
    from assignments as older
    inner join assignments as newer
        on
            older.record_key = newer.record_key
            and older.recency_rank = 2
            and newer.recency_rank = 1
    where not newer.is_published

),

counted as (

    select
        count(*) as customer_count,
        sum(case when holding.customer_id is null and moved_now.customer_id is not null then 1 else 0 end)
            as merged_count
    from known_before
    left join holding
        on known_before.customer_id = holding.customer_id
    left join moved_now
        on known_before.customer_id = moved_now.customer_id

)

select * from counted
where
    merged_count > 20
    and merged_count > {{ var('max_merged_share') }} * customer_count
