with

campaign_costs as (

    select * from {{ ref('int_campaign_costs_daily') }}

),

campaigns as (

    select
        campaign_code,
        min(campaign_id) as campaign_id
    from {{ ref('dim_campaigns') }}
    where campaign_code is not null
    group by campaign_code

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

final as (

    select
        campaign_costs.cost_date,
        campaign_costs.channel,
        coalesce(campaign_costs.campaign_code, 'none') as campaign_code,
        campaigns.campaign_id,
        campaign_costs.cost_amount as original_cost_amount,
        campaign_costs.currency_code as original_currency_code,
        cast(round(campaign_costs.cost_amount * exchange_rates.rate, 2) as decimal(18, 2)) as cost_amount,
        exchange_rates.reporting_currency_code as currency_code,
        cast(campaign_costs.impression_count as bigint) as impression_count,
        cast(campaign_costs.click_count as bigint) as click_count
    from campaign_costs
    left join campaigns
        on campaign_costs.campaign_code = campaigns.campaign_code
    left join exchange_rates
        on
            campaign_costs.currency_code = exchange_rates.currency_code
            and campaign_costs.cost_date >= exchange_rates.valid_from
            and campaign_costs.cost_date < exchange_rates.valid_to

)

select * from final
