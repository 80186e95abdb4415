with

events as (

    select * from {{ ref('int_events_keyed') }}

)

select * from events
