{#- Built user by user: a user follows from the events that name it. Where a delivery went all are built anew: nobody
kept whom it named. -#}
{{ config(materialized='table', meta={
    'part': 'user_id',
    'kind': 'user',
    'touched_by': {
        'raw_segment.events': "
            select user_id from {input}
            where message_id in (select message_id from {input} where _delivery_date in {added})
        ",
        'raw_snowplow.events': 'select user_id from {input} union all select user_id from {this}',
    },
}) }}

with

snowplow_events as (

    select * from {{ touched(ref('stg_snowplow__events'), 'user_id', kind='user') }}
    where user_id is not null

),

segment_events as (

    select * from {{ touched(ref('stg_segment__events'), 'user_id', kind='user') }}
    where user_id is not null

),

sightings as (

    select
        'snowplow' as source_system,
        user_id,
        cast(null as {{ dbt.type_string() }}) as full_name,
        cast(null as {{ dbt.type_string() }}) as email,
        cast(null as {{ dbt.type_string() }}) as phone,
        event_id,
        occurred_at
    from snowplow_events

    union all

    select
        'segment',
        user_id,
        full_name,
        email,
        phone,
        event_id,
        occurred_at
    from segment_events

),

newest_first as (

    select
        *,
        row_number() over (
            partition by source_system, user_id
            order by occurred_at desc, event_id desc
        ) as sighting_rank
    from sightings

),

users as (

    select
        source_system,
        user_id,
        min_by(full_name, sighting_rank) filter (where full_name is not null) as full_name,
        min_by(email, sighting_rank) filter (where email is not null) as email,
        min_by(phone, sighting_rank) filter (where phone is not null) as phone,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at
    from newest_first
    group by source_system, user_id

)

select * from users
