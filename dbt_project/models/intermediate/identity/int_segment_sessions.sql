with

events as (

    select
        event_id,
        coalesce(anonymous_id, concat('user|', user_id)) as visitor,
        occurred_at
    from {{ ref('stg_segment__events') }}
    where coalesce(anonymous_id, user_id) is not null

),

paced as (

    select
        *,
        lag(occurred_at) over (partition by visitor order by occurred_at, event_id) as previous_at
    from events

),

-- The archive knows no visits. By the custom of web analytics, half an hour without an event ends one.
marked as (

    select
        *,
        case when occurred_at < {{ dbt.dateadd('minute', 30, 'previous_at') }} then 0 else 1 end as starts_a_visit
    from paced

),

numbered as (

    select
        *,
        sum(starts_a_visit) over (
            partition by visitor
            order by occurred_at, event_id
            rows between unbounded preceding and current row
        ) as visit_number
    from marked

),

-- A visit is called by its first event, so that it keeps its name when it goes on in the next delivery.
sessions as (

    select
        event_id,
        first_value(event_id) over (
            partition by visitor, visit_number
            order by occurred_at, event_id
        ) as session_id
    from numbered

)

select * from sessions
