{#- A view: the longest table stands once, as int_events_keyed, and the publisher writes it out. -#}
{{ config(materialized='view') }}

with

events as (

    select * from {{ ref('int_events_keyed') }}

),

final as (

    select
        event_id,
        source_system,
        customer_id,
        identified_at,
        visitor_id,
        session_id,
        event_type,
        is_page_view,
        occurred_at,
        page_path,
        marketing_source,
        marketing_medium,
        marketing_campaign
    from events

)

select * from final
