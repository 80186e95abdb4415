{%- set tickets = by_record(source('raw_zendesk', 'tickets'), 'zendesk|user', 'requester_id', key='id') -%}
with

source as (

    {{ newest_versions(touched(tickets, "concat('zendesk|', id)"), key='id') }}

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
        lower(satisfaction_score) as satisfaction,

        ---------- numerics
        cast(first_reply_minutes as decimal(18, 2)) as first_reply_minutes,
        cast(reopens as bigint) as reopen_count,
        cast(assignee_stations as bigint) as assignee_count,

        ---------- booleans
        coalesce(lower(tags) like '%complaint%', false) as is_complaint,

        ---------- timestamps
        cast(created_at as timestamp) as created_at,
        cast(updated_at as timestamp) as updated_at,
        cast(solved_at as timestamp) as solved_at

    from source

)

select * from renamed
