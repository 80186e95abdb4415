{#- Built visit by visit: a visit follows from its events alone, and an event that changes names the visit it was in and
the one it is in now. -#}
{{ config(meta={
    'part': 'session_id',
    'touched_by': {'intermediate.int_events_keyed': 'select session_id from {changes}'},
}) }}

with

events as (

    select * from {{ touched(ref('fct_events'), 'session_id') }}
    where session_id is not null

),

marketing_channels as (

    select * from {{ ref('marketing_channels') }}
    where spelling_of = 'visit'

),

numbered as (

    select
        *,
        row_number() over (partition by source_system, session_id order by occurred_at, event_id) as event_number
    from events

),

-- A visit belongs to whoever is known first in it.
knowing as (

    select
        source_system,
        session_id,
        customer_id,
        row_number() over (
            partition by source_system, session_id
            order by identified_at, occurred_at, event_id
        ) as knowing_number,
        identified_at
    from events
    where customer_id is not null

),

visits as (

    select
        source_system,
        session_id,
        max(case when event_number = 1 then visitor_id end) as visitor_id,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        count(*) as event_count,
        count(case when is_page_view then 1 end) as page_view_count,
        max(case when event_number = 1 then marketing_source end) as marketing_source,
        max(case when event_number = 1 then marketing_medium end) as marketing_medium,
        max(case when event_number = 1 then marketing_campaign end) as marketing_campaign,
        max(case when event_number = 1 then page_path end) as landing_path
    from numbered
    group by source_system, session_id

),

final as (

    select
        visits.session_id,
        visits.source_system,
        knowing.customer_id,
        knowing.identified_at,
        visits.visitor_id,
        visits.started_at,
        visits.ended_at,
        visits.event_count,
        visits.page_view_count,
        coalesce(marketing_channels.channel, 'other') as channel,
        visits.marketing_source,
        visits.marketing_medium,
        visits.marketing_campaign,
        visits.landing_path
    from visits
    left join knowing
        on
            visits.source_system = knowing.source_system
            and visits.session_id = knowing.session_id
            and knowing.knowing_number = 1
    left join marketing_channels
        on lower(coalesce(visits.marketing_medium, 'none')) = marketing_channels.spelling

)

select * from final
