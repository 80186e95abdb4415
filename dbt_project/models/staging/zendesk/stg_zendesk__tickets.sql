with

source as (

    {{ newest_versions(source('raw_zendesk', 'tickets'), key='id') }}

),

renamed as (

    select

        ---------- ids
        id as ticket_id,
        requester_id,

        ---------- strings
        lower(status) as status,
        lower(priority) as priority,
        lower(via_channel) as channel,

        ---------- timestamps
        cast(created_at as timestamp) as created_at,
        cast(updated_at as timestamp) as updated_at,
        cast(solved_at as timestamp) as solved_at

    from source

)

select * from renamed
