{{ config(materialized='ephemeral') }}

with

leads as (

    select * from {{ ref('stg_salesforce__leads') }}
    where not is_deleted

),

customer_records as (

    select * from {{ ref('customer_records') }}
    where
        source_system = 'salesforce'
        and source_record_type = 'lead'

),

marketing_channels as (

    select * from {{ ref('marketing_channels') }}
    where spelling_of = 'lead'

),

keyed as (

    select
        leads.lead_id,
        customer_records.customer_id,
        leads.owner_id,
        leads.campaign_id,
        coalesce(marketing_channels.channel, 'other') as channel,
        coalesce(leads.industry, 'unknown') as kind,
        lower(leads.status) as status,
        leads.created_at,
        leads.first_response_at,
        cast(
            {{ dbt.datediff('leads.created_at', 'leads.first_response_at', 'second') }} / cast(3600 as double) as double
        ) as response_hours,
        leads.is_converted,
        case when leads.is_converted then coalesce(leads.converted_at, leads.updated_at) end as converted_at
    from leads
    left join customer_records
        on leads.lead_id = customer_records.source_record_id
    left join marketing_channels
        on lower(coalesce(leads.lead_source, 'none')) = marketing_channels.spelling

)

select * from keyed
