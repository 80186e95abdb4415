{{ config(materialized='ephemeral') }}

with

contracts as (

    select * from {{ ref('stg_erp__contracts') }}

),

accounts as (

    select * from {{ ref('customer_records') }}
    where source_record_type = 'account'

),

keyed as (

    select
        contracts.contract_id,
        contracts.quote_id,
        contracts.opportunity_id,
        accounts.customer_id,
        lower(contracts.status) as status,
        contracts.amount,
        contracts.currency_code,
        contracts.delivery_count,
        contracts.payment_term_days,
        contracts.signed_date,
        contracts.start_date,
        contracts.end_date
    from contracts
    left join accounts
        on contracts.account_id = accounts.source_record_id

)

select * from keyed
