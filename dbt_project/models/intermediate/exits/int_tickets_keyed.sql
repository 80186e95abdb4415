with

zendesk_tickets as (

    select * from {{ touched(ref('stg_zendesk__tickets'), "concat('zendesk|', ticket_id)") }}

),

salesforce_cases as (

    select * from {{ touched(ref('stg_salesforce__cases'), "concat('salesforce|', case_id)") }}

),

return_visits as (

    select
        ticket_id,
        cast(satisfaction as bigint) as satisfaction,
        visited_at,
        row_number() over (partition by ticket_id order by visited_at desc, visit_id) as visit_rank
    from {{ touched(ref('stg_service__return_visits'), "concat('zendesk|', ticket_id)") }}
    where satisfaction in ('1', '2', '3', '4', '5')

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

ticket_statuses as (

    select * from {{ ref('ticket_statuses') }}

),

-- Asked again by telephone, a customer's own mark counts; else the thumb under the e-mail, whose two ends are 5 and 1.
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
        end as closed_at,
        {{ dbt.dateadd(
            'second', 'cast(60 * zendesk_tickets.first_reply_minutes as integer)', 'zendesk_tickets.created_at'
        ) }}
            as first_response_at,
        coalesce(zendesk_tickets.reopen_count, 0) as reopen_count,
        greatest(coalesce(zendesk_tickets.assignee_count, 1) - 1, 0) as handoff_count,
        zendesk_tickets.is_complaint,
        case
            when return_visits.ticket_id is not null then return_visits.satisfaction
            when zendesk_tickets.satisfaction = 'good' then 5
            when zendesk_tickets.satisfaction = 'bad' then 1
        end as satisfaction_score,
        case
            when return_visits.ticket_id is not null then return_visits.visited_at
            when zendesk_tickets.satisfaction in ('good', 'bad') then zendesk_tickets.updated_at
        end as satisfaction_at,
        return_visits.ticket_id is not null as is_return_visited
    from zendesk_tickets
    left join return_visits
        on
            zendesk_tickets.ticket_id = return_visits.ticket_id
            and return_visits.visit_rank = 1
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
        salesforce_cases.closed_at,
        salesforce_cases.first_response_at,
        coalesce(salesforce_cases.reopen_count, 0),
        0,
        coalesce(salesforce_cases.case_type = 'complaint', false),
        case when salesforce_cases.satisfaction between 1 and 5 then salesforce_cases.satisfaction end,
        case
            when salesforce_cases.satisfaction between 1 and 5
                then coalesce(salesforce_cases.updated_at, salesforce_cases.closed_at)
        end,
        false
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
        tickets.closed_at,
        tickets.first_response_at,
        tickets.reopen_count,
        tickets.handoff_count,
        tickets.is_complaint,
        tickets.satisfaction_score,
        tickets.satisfaction_at,
        tickets.is_return_visited
    from tickets
    left join ticket_statuses
        on
            tickets.source_system = ticket_statuses.source_system
            and tickets.status = ticket_statuses.source_status

)

select * from keyed
