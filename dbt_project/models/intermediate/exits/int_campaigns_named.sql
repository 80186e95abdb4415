{{ config(materialized='ephemeral') }}

with

campaigns as (

    select * from {{ ref('stg_salesforce__campaigns') }}
    where not is_deleted

),

named as (

    select
        campaign_id,
        campaign_name,
        campaign_type,
        campaign_code,
        status,
        start_date,
        end_date,
        budgeted_cost,
        actual_cost
    from campaigns

)

select * from named
