with

snowplow_events as (

    select * from {{ ref('stg_snowplow__events') }}

),

segment_events as (

    select * from {{ ref('stg_segment__events') }}

),

segment_sessions as (

    select * from {{ ref('int_segment_sessions') }}

),

web_users as (

    select * from {{ ref('customer_records') }}
    where source_record_type = 'web_user'

),

events as (

    select
        'snowplow' as source_system,
        event_id,
        domain_userid as visitor,
        user_id,
        session_id,
        event_type,
        occurred_at,
        page_path,
        marketing_source,
        marketing_medium,
        marketing_campaign
    from snowplow_events

    union all

    select
        'segment',
        segment_events.event_id,
        segment_events.anonymous_id,
        segment_events.user_id,
        segment_sessions.session_id,
        segment_events.event_type,
        segment_events.occurred_at,
        segment_events.page_path,
        segment_events.marketing_source,
        segment_events.marketing_medium,
        segment_events.marketing_campaign
    from segment_events
    left join segment_sessions
        on segment_events.event_id = segment_sessions.event_id

),

-- A browser in which only one person ever signed in is that person's. The tablet of a store is nobody's.
owned_browsers as (

    select
        source_system,
        visitor,
        min(user_id) as user_id
    from events
    where
        visitor is not null
        and user_id is not null
    group by source_system, visitor
    having count(distinct user_id) = 1

),

keyed as (

    select
        concat(events.source_system, '|', events.event_id) as event_id,
        events.source_system,
        web_users.customer_id,
        {{ dbt.hash('events.visitor') }} as visitor_id,
        events.session_id,
        events.event_type,
        events.occurred_at,
        events.page_path,
        events.marketing_source,
        events.marketing_medium,
        events.marketing_campaign
    from events
    left join owned_browsers
        on
            events.source_system = owned_browsers.source_system
            and events.visitor = owned_browsers.visitor
    left join web_users
        on
            events.source_system = web_users.source_system
            and coalesce(events.user_id, owned_browsers.user_id) = web_users.source_record_id

)

select * from keyed
