with

contracts as (

    select * from {{ ref('int_contracts_keyed') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

final as (

    select
        contracts.contract_id,
        contracts.quote_id,
        contracts.opportunity_id,
        contracts.customer_id,
        contracts.status,
        cast(round(contracts.amount * exchange_rates.rate, 2) as decimal(18, 2)) as amount,
        exchange_rates.reporting_currency_code as currency_code,
        contracts.amount as original_amount,
        contracts.currency_code as original_currency_code,
        contracts.delivery_count,
        contracts.payment_term_days,
        contracts.signed_date,
        contracts.start_date,
        contracts.end_date
    from contracts
    left join exchange_rates
        on
            contracts.currency_code = exchange_rates.currency_code
            and contracts.signed_date >= exchange_rates.valid_from
            and contracts.signed_date < exchange_rates.valid_to

)

select * from final
