with

events as (

    select * from {{ ref('stg_snowplow__events') }}

),

web_users as (

    select * from {{ ref('customer_records') }}
    where source_record_type = 'web_user'

),

keyed as (

    select
        events.event_id,
        web_users.customer_id,
        {{ dbt.hash('events.domain_userid') }} as visitor_id,
        events.session_id,
        events.event_type,
        events.occurred_at,
        events.page_path,
        events.marketing_source,
        events.marketing_medium,
        events.marketing_campaign
    from events
    left join web_users
        on events.user_id = web_users.source_record_id

)

select * from keyed
