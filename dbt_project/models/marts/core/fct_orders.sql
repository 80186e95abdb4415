with

orders as (

    select * from {{ ref('int_orders_unioned') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

final as (

    select
        orders.order_id,
        orders.source_system,
        orders.customer_id,
        orders.order_type,
        orders.ordered_at,
        cast(orders.ordered_at as date) as order_date,
        orders.country,
        orders.net_revenue as original_net_revenue,
        orders.currency_code as original_currency_code,
        exchange_rates.reporting_currency_code as currency_code,
        orders.line_count,
        orders.item_count,
        cast(round(orders.net_revenue * exchange_rates.rate, 2) as decimal(18, 2)) as net_revenue,
        cast(round(orders.shipping_amount * exchange_rates.rate, 2) as decimal(18, 2)) as shipping_amount,
        orders.customer_id is null as is_guest
    from orders
    left join exchange_rates
        on
            orders.currency_code = exchange_rates.currency_code
            and cast(orders.ordered_at as date) >= exchange_rates.valid_from
            and cast(orders.ordered_at as date) < exchange_rates.valid_to

)

select * from final
