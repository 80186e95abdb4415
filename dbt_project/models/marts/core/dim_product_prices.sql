with

order_lines as (

    select
        product_id,
        source_system,
        original_currency_code as currency_code,
        cast(ordered_at as date) as sold_date,
        unit_price
    from {{ ref('fct_order_lines') }}
    where
        line_type = 'product'
        and quantity > 0
        and unit_price > 0

),

-- The price of a day is the one at which most lines were sold, of two as frequent the higher.
day_prices as (

    select
        product_id,
        source_system,
        currency_code,
        sold_date,
        unit_price,
        row_number() over (
            partition by product_id, source_system, currency_code, sold_date
            order by count(*) desc, unit_price desc
        ) as price_rank
    from order_lines
    group by product_id, source_system, currency_code, sold_date, unit_price

),

followed as (

    select
        *,
        lag(unit_price) over (
            partition by product_id, source_system, currency_code
            order by sold_date
        ) as previous_price
    from day_prices
    where price_rank = 1

),

spans as (

    select
        product_id,
        source_system,
        currency_code,
        unit_price,
        sold_date as valid_from,
        lead(sold_date) over (
            partition by product_id, source_system, currency_code
            order by sold_date
        ) as valid_to
    from followed
    where
        previous_price is null
        or previous_price <> unit_price

)

select
    product_id,
    source_system,
    currency_code,
    unit_price,
    valid_from,
    valid_to,
    valid_to is null as is_current
from spans
