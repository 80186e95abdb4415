{#- Built ticket by ticket: one follows from its system's rows, its return visits and whose the records are. -#}
{{ config(meta={
    'part': 'ticket_id',
    'touched_by': {
        'raw_zendesk.tickets': "select concat('zendesk|', id) from {input} where _delivery_date in {added}",
        'raw_salesforce.cases': "select concat('salesforce|', id) from {input} where _delivery_date in {added}",
        'raw_service.return_visits': "
            select concat('zendesk|', ticket_id) from {input}
            where visit_id in (select visit_id from {input} where _delivery_date in {added})
        ",
        'marts.customer_records': "
            select concat('zendesk|', id) from raw_zendesk.tickets
            where requester_id in (select source_record_id from {changes} where source_system = 'zendesk')
            union all
            select concat('salesforce|', id) from raw_salesforce.cases
            where
                contact_id in (select source_record_id from {changes} where source_record_type = 'contact')
                or account_id in (select source_record_id from {changes} where source_record_type = 'account')
        ",
    },
}) }}

with

tickets as (

    select * from {{ touched(ref('int_tickets_keyed'), 'ticket_id') }}

),

business_days as (

    {{ business_days() }}

),

local as (

    select
        *,
        {{ local_time('created_at', "'" ~ var('service_zone') ~ "'") }} as created_locally,
        {{ local_time('first_response_at', "'" ~ var('service_zone') ~ "'") }} as answered_locally,
        {{ local_time('closed_at', "'" ~ var('service_zone') ~ "'") }} as closed_locally
    from tickets

),

final as (

    select
        local.ticket_id,
        local.source_system,
        local.customer_id,
        local.status,
        local.priority,
        local.channel,
        local.created_at,
        local.updated_at,
        local.closed_at,
        local.first_response_at,
        cast({{ dbt.datediff('local.created_at', 'local.first_response_at', 'second') }} / cast(60 as double) as double)
            as first_response_minutes,
        cast(
            ({{ open_minutes('local.answered_locally', 'answered') }})
            - ({{ open_minutes('local.created_locally', 'created') }}) as double
        ) as first_response_business_minutes,
        cast({{ dbt.datediff('local.created_at', 'local.closed_at', 'second') }} / cast(60 as double) as double)
            as resolution_minutes,
        cast(
            ({{ open_minutes('local.closed_locally', 'closed') }})
            - ({{ open_minutes('local.created_locally', 'created') }}) as double
        ) as resolution_business_minutes,
        cast(local.reopen_count as integer) as reopen_count,
        cast(local.handoff_count as integer) as handoff_count,
        cast(local.satisfaction_score as integer) as satisfaction_score,
        local.satisfaction_at,
        local.is_complaint,
        local.is_return_visited,
        local.status in ('open', 'pending', 'other') as is_open
    from local
    left join business_days as created
        on cast(local.created_locally as date) = created.day
    left join business_days as answered
        on cast(local.answered_locally as date) = answered.day
    left join business_days as closed
        on cast(local.closed_locally as date) = closed.day

)

select * from final
