with

orders as (

    select * from {{ ref('fct_orders') }}
    where order_type = 'sale'

),

refunds as (

    select * from {{ ref('fct_refunds') }}

),

tickets as (

    select * from {{ ref('fct_tickets') }}

),

campaign_touches as (

    select * from {{ ref('fct_campaign_touches') }}

),

events as (

    select * from {{ ref('fct_events') }}

),

tasks as (

    select * from {{ ref('int_tasks_keyed') }}

),

visits as (

    select
        source_system,
        customer_id,
        session_id,
        min(occurred_at) as occurred_at
    from events
    where session_id is not null
    group by source_system, customer_id, session_id

),

touches as (

    select
        'order' as interaction_type,
        source_system,
        order_id as reference_id,
        customer_id,
        ordered_at as occurred_at
    from orders

    union all

    select
        'refund',
        source_system,
        refund_id,
        customer_id,
        refunded_at
    from refunds

    union all

    select
        'ticket',
        source_system,
        ticket_id,
        customer_id,
        created_at
    from tickets

    union all

    select
        'campaign',
        'salesforce',
        campaign_touch_id,
        customer_id,
        touched_at
    from campaign_touches

    union all

    select
        'visit',
        source_system,
        session_id,
        customer_id,
        occurred_at
    from visits

    union all

    select
        'task',
        'salesforce',
        task_id,
        customer_id,
        occurred_at
    from tasks

),

-- Two people may log in during one visit, so the customer is part of the key.
interactions as (

    select
        concat(interaction_type, '|', reference_id, '|', customer_id) as interaction_id,
        customer_id,
        interaction_type,
        occurred_at,
        source_system,
        reference_id
    from touches
    where customer_id is not null

)

select * from interactions
