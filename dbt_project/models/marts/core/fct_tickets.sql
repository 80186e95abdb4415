with

tickets as (

    select * from {{ ref('int_tickets_keyed') }}

),

with_state as (

    select
        ticket_id,
        source_system,
        customer_id,
        status,
        priority,
        channel,
        created_at,
        updated_at,
        closed_at,
        first_response_at,
        cast({{ dbt.datediff('created_at', 'first_response_at', 'second') }} / cast(60 as double) as double)
            as first_response_minutes,
        cast({{ dbt.datediff('created_at', 'closed_at', 'second') }} / cast(60 as double) as double)
            as resolution_minutes,
        cast(reopen_count as integer) as reopen_count,
        cast(handoff_count as integer) as handoff_count,
        cast(satisfaction_score as integer) as satisfaction_score,
        satisfaction_at,
        is_complaint,
        is_return_visited,
        status in ('open', 'pending', 'other') as is_open
    from tickets

)

select * from with_state
