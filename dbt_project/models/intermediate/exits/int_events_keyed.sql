{#-
  Built visitor by visitor. Right, because an event's visit, its page view and its sign-in follow from the events of its
  visitor alone (event_part) and from whose record that sign-in is:
  * an event comes, goes or is another when rows of its id came with, or went from, a delivery that changed by the books.
    Those that came stand in raw; one that went and counted stands here with its delivery's date. All who ever sent an
    event of such an id are touched, because of two copies another may count now.
  * a record of the website's user that became somebody else's touches everybody who was known by it (known_user_id).
-#}
{%- set raw_news -%}
    with touched_ids as (
        select message_id from {input}
        where _delivery_date in {dates}

        union

        select substring(event_id, 9) from {this}
        where source_system = 'segment' and delivery_date in {dates}
    )

    select {{ event_part('message_id') }} from {input}
    where message_id in (select message_id from touched_ids)

    union all

    select part from {this}
    where source_system = 'segment' and substring(event_id, 9) in (select message_id from touched_ids)
{%- endset -%}
{%- set owner_news -%}
    select known.part from {this} as known
    inner join {changes} as changed
        on known.source_system = changed.source_system and known.known_user_id = changed.source_record_id
    where changed.source_record_type = 'web_user'
{%- endset -%}
{{ config(materialized='table', meta={
    'part': 'part',
    'touched_by': {
        'raw_segment.events': raw_news,
        'raw_snowplow.events': "select 'snowplow'",
        'marts.customer_records': owner_news,
    },
}) }}

with

snowplow_events as (

    select * from {{ touched(ref('stg_snowplow__events'), "'snowplow'") }}

),

segment_events as (

    select * from {{ touched(ref('stg_segment__events'), event_part('event_id')) }}

),

event_sessions as (

    select * from {{ ref('int_event_sessions') }}

),

web_users as (

    select * from {{ ref('customer_records') }}
    where source_record_type = 'web_user'

),

events as (

    select
        'snowplow' as source_system,
        'snowplow' as part,
        cast(null as date) as delivery_date,
        event_id,
        domain_userid as visitor,
        user_id,
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
        {{ event_part('event_id') }},
        delivery_date,
        event_id,
        anonymous_id,
        user_id,
        event_type,
        occurred_at,
        page_path,
        marketing_source,
        marketing_medium,
        marketing_campaign
    from segment_events

),

-- Whoever signs in with a browser for the first time was its visitor until then, and from then on we know it. What
-- happens on it later without a sign-in may be anybody.
first_sign_ins as (

    select
        source_system,
        visitor,
        user_id,
        occurred_at,
        row_number() over (partition by source_system, visitor order by occurred_at, event_id) as sign_in_number
    from events
    where
        visitor is not null
        and user_id is not null

),

keyed as (

    select
        concat(events.source_system, '|', events.event_id) as event_id,
        events.source_system,
        events.part,
        events.delivery_date,
        coalesce(events.user_id, first_sign_ins.user_id) as known_user_id,
        web_users.customer_id,
        case
            when web_users.customer_id is null then null
            when events.user_id is null then first_sign_ins.occurred_at
            else events.occurred_at
        end as identified_at,
        {{ dbt.hash('events.visitor') }} as visitor_id,
        event_sessions.session_id,
        events.event_type,
        coalesce(event_sessions.is_page_view, false) as is_page_view,
        events.occurred_at,
        events.page_path,
        events.marketing_source,
        events.marketing_medium,
        events.marketing_campaign
    from events
    left join event_sessions
        on
            events.source_system = event_sessions.source_system
            and events.event_id = event_sessions.event_id
    left join first_sign_ins
        on
            events.source_system = first_sign_ins.source_system
            and events.visitor = first_sign_ins.visitor
            and first_sign_ins.sign_in_number = 1
            and events.occurred_at < first_sign_ins.occurred_at
    left join web_users
        on
            events.source_system = web_users.source_system
            and coalesce(events.user_id, first_sign_ins.user_id) = web_users.source_record_id

)

select * from keyed
