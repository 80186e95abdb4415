with

events as (

    select
        event_id,
        coalesce(anonymous_id, concat('user|', user_id)) as visitor,
        occurred_at,
        nullif(concat(marketing_source, '|', marketing_medium, '|', marketing_campaign), '||') as campaign,
        cast({{ local_time('occurred_at', "'" ~ var('session_zone') ~ "'") }} as date) as local_date
    from {{ ref('stg_segment__events') }}
    where coalesce(anonymous_id, user_id) is not null

),

numbered_campaigns as (

    select
        *,
        count(campaign) over (
            partition by visitor
            order by occurred_at, event_id
            rows between unbounded preceding and current row
        ) as campaign_number
    from events

),

paced as (

    select
        *,
        lag(occurred_at) over (partition by visitor order by occurred_at, event_id) as previous_at,
        lag(local_date) over (partition by visitor order by occurred_at, event_id) as previous_date,
        max(campaign) over (partition by visitor, campaign_number) as campaign_so_far
    from numbered_campaigns

),

campaigned as (

    select
        *,
        lag(campaign_so_far) over (partition by visitor order by occurred_at, event_id) as previous_campaign
    from paced

),

-- The archive knows no visits. By the custom of web analytics, half an hour without an event ends one, and whoever
-- comes back by the link of another campaign begins a new one; a local midnight may.
marked as (

    select
        *,
        case
            when previous_at is null then 1
            when occurred_at >= {{ dbt.dateadd('minute', var('session_minutes'), 'previous_at') }} then 1
            {%- if var('session_ends_at_midnight') %}
            when local_date <> previous_date then 1
            {%- endif %}
            {%- if var('session_ends_with_campaign') %}
            when campaign <> coalesce(previous_campaign, '') then 1
            {%- endif %}
            else 0
        end as starts_a_visit
    from campaigned

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
