with

quotes as (

    select * from {{ ref('int_quotes_keyed') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

final as (

    select
        quotes.quote_id,
        quotes.opportunity_id,
        quotes.customer_id,
        quotes.quote_version,
        quotes.status,
        quotes.discount as discount_percent,
        cast(round(quotes.list_amount * exchange_rates.rate, 2) as decimal(18, 2)) as list_amount,
        cast(round(quotes.amount * exchange_rates.rate, 2) as decimal(18, 2)) as amount,
        exchange_rates.reporting_currency_code as currency_code,
        quotes.amount as original_amount,
        quotes.currency_code as original_currency_code,
        quotes.quoted_date,
        quotes.valid_until_date
    from quotes
    left join exchange_rates
        on
            quotes.currency_code = exchange_rates.currency_code
            and quotes.quoted_date >= exchange_rates.valid_from
            and quotes.quoted_date < exchange_rates.valid_to

)

select * from final
