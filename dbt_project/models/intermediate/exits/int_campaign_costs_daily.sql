{{ config(materialized='ephemeral') }}

with

campaign_costs as (

    select * from {{ ref('stg_ads__campaign_costs') }}

),

daily as (

    select
        cost_date,
        channel,
        campaign_code,
        currency_code,
        cast(sum(cost_amount) as decimal(18, 2)) as cost_amount,
        sum(impression_count) as impression_count,
        sum(click_count) as click_count
    from campaign_costs
    group by cost_date, channel, campaign_code, currency_code

)

select * from daily
