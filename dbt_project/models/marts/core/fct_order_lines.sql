{#- Built order by order; a product that changes its category touches the orders it is in. -#}
{%- set recategorised = "
    select order_id from {this}
    where product_id in (
        select product_id from {changes} group by product_id having min(category) <> max(category) or count(*) = 1
    )
" -%}
{{ config(meta={'part': 'order_id', 'touched_by': order_news(also={'marts.dim_products': recategorised})}) }}

with

order_lines as (

    select * from {{ touched(ref('int_order_lines_unioned'), 'order_id') }}

),

products as (

    select * from {{ ref('dim_products') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

final as (

    select
        order_lines.order_line_id,
        order_lines.order_id,
        order_lines.source_system,
        order_lines.customer_id,
        order_lines.product_id,
        coalesce(products.category, 'unknown') as category,
        order_lines.line_type,
        order_lines.is_net_revenue,
        order_lines.quantity,
        order_lines.unit_price,
        order_lines.net_amount as original_net_amount,
        order_lines.currency_code as original_currency_code,
        cast(round(order_lines.net_amount * exchange_rates.rate, 2) as decimal(18, 2)) as net_amount,
        exchange_rates.reporting_currency_code as currency_code,
        order_lines.country,
        order_lines.ordered_at,
        order_lines.is_return,
        order_lines.delivery_date
    from order_lines
    left join products
        on order_lines.product_id = products.product_id
    left join exchange_rates
        on
            order_lines.currency_code = exchange_rates.currency_code
            and cast(order_lines.ordered_at as date) >= exchange_rates.valid_from
            and cast(order_lines.ordered_at as date) < exchange_rates.valid_to

)

select * from final
