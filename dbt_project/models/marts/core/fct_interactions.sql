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

visits as (

    select * from {{ ref('fct_sessions') }}

),

leads as (

    select * from {{ ref('fct_leads') }}

),

contracts as (

    select * from {{ ref('fct_contracts') }}

),

points as (

    select * from {{ ref('fct_points') }}
    where kind = 'redeemed'

),

tasks as (

    select * from {{ ref('int_tasks_keyed') }}

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
        started_at
    from visits

    union all

    select
        case lower(task_type) when 'call' then 'call' when 'email' then 'email' else 'task' end,
        'salesforce',
        task_id,
        customer_id,
        occurred_at
    from tasks

    union all

    select
        'campaign_response',
        'salesforce',
        campaign_touch_id,
        customer_id,
        responded_at
    from campaign_touches
    where responded_at is not null

    union all

    select
        'lead',
        'salesforce',
        lead_id,
        customer_id,
        created_at
    from leads

    union all

    select
        'contract',
        'erp',
        contract_id,
        customer_id,
        cast(signed_date as timestamp)
    from contracts

    union all

    select
        'points_redeemed',
        'youzan',
        entry_id,
        customer_id,
        occurred_at
    from points

),

interactions as (

    select
        concat(interaction_type, '|', reference_id) as interaction_id,
        customer_id,
        interaction_type,
        occurred_at,
        source_system,
        reference_id
    from touches
    where customer_id is not null

)

select * from interactions
