{#- Built customer by customer: a touch follows from one fact, and a fact that changes names whose it was and is. -#}
{%- set of_customers = 'select customer_id from {changes}' -%}
{{ config(meta={
    'part': 'customer_id',
    'touched_by': {
        'marts.fct_orders': of_customers,
        'marts.fct_refunds': of_customers,
        'marts.fct_tickets': of_customers,
        'marts.fct_campaign_touches': of_customers,
        'marts.fct_sessions': of_customers,
        'marts.fct_leads': of_customers,
        'marts.fct_contracts': of_customers,
        'marts.fct_points': of_customers,
        'intermediate.int_tasks_keyed': of_customers,
    },
}) }}

with

orders as (

    select * from {{ touched(ref('fct_orders'), 'customer_id') }}
    where order_type = 'sale'

),

refunds as (

    select * from {{ touched(ref('fct_refunds'), 'customer_id') }}

),

tickets as (

    select * from {{ touched(ref('fct_tickets'), 'customer_id') }}

),

campaign_touches as (

    select * from {{ touched(ref('fct_campaign_touches'), 'customer_id') }}

),

visits as (

    select * from {{ touched(ref('fct_sessions'), 'customer_id') }}

),

leads as (

    select * from {{ touched(ref('fct_leads'), 'customer_id') }}

),

contracts as (

    select * from {{ touched(ref('fct_contracts'), 'customer_id') }}

),

points as (

    select * from {{ touched(ref('fct_points'), 'customer_id') }}
    where kind = 'redeemed'

),

tasks as (

    select * from {{ touched(ref('int_tasks_keyed'), 'customer_id') }}

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
