{#- Ephemeral: a part of int_events_keyed, which is built part by part. -#}
{{ config(materialized='ephemeral') }}

with

website_events as (

    select
        *,
        min(collected_at) over (partition by session_id) as session_began_at
    from {{ touched(ref('stg_snowplow__events'), "'snowplow'") }}
    where
        coalesce(
            sent_at <= {{ dbt.dateadd('day', var('snowplow_days_late'), 'created_at') }},
            true
        )
        and coalesce(app_id, '') like '{{ var("snowplow_app_id") }}'
        and nullif(regexp_extract(lower(user_agent), '{{ var("snowplow_bots") }}', 0), '') is null

),

-- One look at a page may be told twice, and by events other than page_view: the first page_view of its id is the one.
website_pages as (

    select
        *,
        page_view_id is not null and event_type in ('page_view', 'page_ping') as is_page_event,
        event_type = 'page_view'
        and page_view_id is not null
        and row_number() over (
            partition by page_view_id, event_type
            order by occurred_at, created_at, event_id
        ) = 1 as is_page_view
    from website_events
    {%- if var('snowplow_sessions') != 'timeout' %}
    where collected_at <= {{ dbt.dateadd('day', var('snowplow_session_days'), 'session_began_at') }}
    {%- endif %}

),

events as (

    select
        'segment' as source_system,
        event_id,
        coalesce(anonymous_id, concat('user|', user_id)) as visitor,
        event_type = 'page_view' as is_page_view,
        occurred_at,
        marketing_source,
        marketing_medium,
        marketing_campaign
    from {{ touched(ref('stg_segment__events'), event_part('event_id')) }}
    where coalesce(anonymous_id, user_id) is not null
    {%- if var('snowplow_sessions') == 'timeout' %}

    union all

    select
        'snowplow',
        event_id,
        domain_userid,
        is_page_view,
        occurred_at,
        marketing_source,
        marketing_medium,
        marketing_campaign
    from website_pages
    where domain_userid is not null
    {%- endif %}

),

told_campaigns as (

    select
        *,
        nullif(
            concat(
                coalesce(marketing_source, ''), '|', coalesce(marketing_medium, ''), '|',
                coalesce(marketing_campaign, '')
            ), '||'
        ) as campaign,
        cast({{ local_time('occurred_at', "'" ~ var('session_zone') ~ "'") }} as date) as local_date
    from events

),

numbered_campaigns as (

    select
        *,
        count(campaign) over (
            partition by source_system, visitor
            order by occurred_at, event_id
            rows between unbounded preceding and current row
        ) as campaign_number
    from told_campaigns

),

paced as (

    select
        *,
        lag(occurred_at) over (partition by source_system, visitor order by occurred_at, event_id) as previous_at,
        lag(local_date) over (partition by source_system, visitor order by occurred_at, event_id) as previous_date,
        max(campaign) over (partition by source_system, visitor, campaign_number) as campaign_so_far
    from numbered_campaigns

),

campaigned as (

    select
        *,
        lag(campaign_so_far) over (
            partition by source_system, visitor
            order by occurred_at, event_id
        ) as previous_campaign
    from paced

),

-- An archive of events knows no visits. By the custom of web analytics, half an hour without an event ends one, and
-- whoever comes back by the link of another campaign begins a new one; a local midnight may.
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
            partition by source_system, visitor
            order by occurred_at, event_id
            rows between unbounded preceding and current row
        ) as visit_number
    from marked

),

-- A visit is called by its first event, so that it keeps its name when it goes on in the next delivery.
sessions as (

    select
        source_system,
        event_id,
        first_value(event_id) over (
            partition by source_system, visitor, visit_number
            order by occurred_at, event_id
        ) as session_id,
        is_page_view
    from numbered
    {%- if var('snowplow_sessions') != 'timeout' %}

    union all

    select
        'snowplow',
        event_id,
        session_id,
        is_page_view
    from (
        select
            event_id,
            session_id,
            is_page_view,
            max(case when is_page_event then 1 else 0 end) over (partition by session_id) as has_a_page
        from website_pages
        where session_id is not null
    ) as tracked
    where has_a_page = 1
    {%- endif %}

)

select * from sessions
