with

opportunities as (

    select * from {{ ref('stg_salesforce__opportunities') }}
    where not is_deleted

),

accounts as (

    select * from {{ ref('customer_records') }}
    where source_record_type = 'account'

),

keyed as (

    select
        opportunities.opportunity_id,
        accounts.customer_id,
        opportunities.owner_id,
        opportunities.campaign_id,
        opportunities.stage_name,
        opportunities.opportunity_type,
        opportunities.lead_source,
        opportunities.loss_reason,
        opportunities.competitor,
        opportunities.currency_code,
        opportunities.amount,
        opportunities.probability,
        opportunities.close_date,
        opportunities.is_closed,
        opportunities.is_won,
        opportunities.created_at
    from opportunities
    left join accounts
        on opportunities.account_id = accounts.source_record_id

)

select * from keyed
