with

zendesk_tickets as (

    select * from {{ ref('stg_zendesk__tickets') }}

),

salesforce_cases as (

    select * from {{ ref('stg_salesforce__cases') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

ticket_statuses as (

    select * from {{ ref('ticket_statuses') }}

),

tickets as (

    select
        concat('zendesk|', zendesk_tickets.ticket_id) as ticket_id,
        'zendesk' as source_system,
        requesters.customer_id,
        zendesk_tickets.status,
        zendesk_tickets.priority,
        zendesk_tickets.channel,
        zendesk_tickets.created_at,
        zendesk_tickets.updated_at,
        case
            when zendesk_tickets.status in ('solved', 'closed')
                then coalesce(zendesk_tickets.solved_at, zendesk_tickets.updated_at)
        end as closed_at
    from zendesk_tickets
    left join customer_records as requesters
        on
            zendesk_tickets.requester_id = requesters.source_record_id
            and requesters.source_system = 'zendesk'

    union all

    select
        concat('salesforce|', salesforce_cases.case_id),
        'salesforce',
        coalesce(contacts.customer_id, accounts.customer_id),
        case
            when salesforce_cases.is_deleted then 'deleted'
            when salesforce_cases.is_closed then 'closed'
            else salesforce_cases.status
        end,
        salesforce_cases.priority,
        salesforce_cases.origin,
        salesforce_cases.created_at,
        salesforce_cases.updated_at,
        salesforce_cases.closed_at
    from salesforce_cases
    left join customer_records as contacts
        on
            salesforce_cases.contact_id = contacts.source_record_id
            and contacts.source_record_type = 'contact'
    left join customer_records as accounts
        on
            salesforce_cases.account_id = accounts.source_record_id
            and accounts.source_record_type = 'account'

),

keyed as (

    select
        tickets.ticket_id,
        tickets.source_system,
        tickets.customer_id,
        coalesce(ticket_statuses.status, 'other') as status,
        tickets.priority,
        tickets.channel,
        tickets.created_at,
        tickets.updated_at,
        tickets.closed_at
    from tickets
    left join ticket_statuses
        on
            tickets.source_system = ticket_statuses.source_system
            and tickets.status = ticket_statuses.source_status

)

select * from keyed
