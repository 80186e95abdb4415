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
        status in ('open', 'pending', 'other') as is_open
    from tickets

)

select * from with_state
