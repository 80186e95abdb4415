with

opportunities as (

    select * from {{ ref('int_opportunities_keyed') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

final as (

    select
        opportunities.opportunity_id,
        opportunities.customer_id,
        opportunities.owner_id,
        opportunities.campaign_id,
        opportunities.stage_name,
        opportunities.opportunity_type,
        opportunities.lead_source,
        opportunities.loss_reason,
        opportunities.competitor,
        opportunities.amount,
        opportunities.currency_code as original_currency_code,
        cast(round(opportunities.amount * exchange_rates.rate, 2) as decimal(18, 2)) as reporting_amount,
        exchange_rates.reporting_currency_code as currency_code,
        opportunities.probability,
        opportunities.close_date,
        opportunities.is_closed,
        opportunities.is_won,
        opportunities.created_at
    from opportunities
    left join exchange_rates
        on
            coalesce(opportunities.currency_code, {{ reporting_currency() }}) = exchange_rates.currency_code
            and cast(opportunities.created_at as date) >= exchange_rates.valid_from
            and cast(opportunities.created_at as date) < exchange_rates.valid_to

)

select * from final
