{#- A visit's newest version is found among all of them, whichever ticket they name. -#}
{%- set visits = touched(source('raw_service', 'return_visits'), "concat('zendesk|', ticket_id)", key='visit_id') -%}
with

source as (

    {{ newest_versions(visits, key='visit_id') }}

),

renamed as (

    select

        ---------- ids
        visit_id,
        ticket_id,

        ---------- person
        mobile as phone,
        agent,

        ---------- strings
        channel,
        result,
        satisfaction,

        ---------- booleans
        cast(is_closed as boolean) as is_closed,

        ---------- timestamps
        cast(visited_at as timestamp) as visited_at

    from source

)

select * from renamed
