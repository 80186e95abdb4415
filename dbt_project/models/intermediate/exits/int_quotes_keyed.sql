{{ config(materialized='ephemeral') }}

with

quotes as (

    select * from {{ ref('stg_erp__quotes') }}

),

opportunities as (

    select * from {{ ref('stg_salesforce__opportunities') }}

),

accounts as (

    select * from {{ ref('customer_records') }}
    where source_record_type = 'account'

),

keyed as (

    select
        quotes.quote_id,
        quotes.opportunity_id,
        accounts.customer_id,
        quotes.quote_version,
        lower(quotes.status) as status,
        quotes.list_amount,
        quotes.discount,
        quotes.amount,
        quotes.currency_code,
        quotes.quoted_date,
        quotes.valid_until_date
    from quotes
    left join opportunities
        on quotes.opportunity_id = opportunities.opportunity_id
    left join accounts
        on opportunities.account_id = accounts.source_record_id

)

select * from keyed
