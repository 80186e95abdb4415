with

source as (

    {{ newest_versions(source('raw_service', 'return_visits'), key='visit_id') }}

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
