with

products as (

    select * from {{ ref('int_products_named') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

final as (

    select
        products.product_id,
        products.product_name,
        products.line_type,
        products.category,
        products.brand,
        cast(round(products.last_unit_price * exchange_rates.rate, 2) as decimal(18, 2)) as current_price,
        exchange_rates.reporting_currency_code as currency_code,
        products.first_sold_date,
        products.last_sold_date,
        products.line_count
    from products
    left join exchange_rates
        on
            products.last_currency_code = exchange_rates.currency_code
            and products.last_sold_date >= exchange_rates.valid_from
            and products.last_sold_date < exchange_rates.valid_to

)

select * from final
