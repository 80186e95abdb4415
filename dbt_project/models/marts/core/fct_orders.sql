{#- Built customer by customer, a guest's order by itself: an order's numbers follow from its customer's orders. -#}
{{ config(meta={
    'part': 'coalesce(customer_id, order_id)',
    'touched_by': {'intermediate.int_orders_unioned': 'select coalesce(customer_id, order_id) from {changes}'},
}) }}

with

orders as (

    select * from {{ touched(ref('int_orders_unioned'), 'coalesce(customer_id, order_id)') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

numbered as (

    select
        *,
        order_type = 'sale' and customer_id is not null as is_customers_sale,
        row_number() over (partition by customer_id, order_type order by ordered_at, order_id) as type_number,
        row_number() over (
            partition by customer_id, order_type = 'adjustment'
            order by ordered_at, order_id
        ) as placement_number,
        lag(ordered_at) over (
            partition by customer_id, order_type = 'adjustment'
            order by ordered_at, order_id
        ) as previously_placed_at
    from orders

),

final as (

    select
        orders.order_id,
        orders.source_system,
        orders.customer_id,
        orders.order_type,
        orders.ordered_at,
        cast(orders.ordered_at as date) as order_date,
        cast(
            case orders.source_system
                {%- for shop in var('shop_zones') %}
                when '{{ shop.system }}'
                    then {{ local_time('orders.ordered_at', "'" ~ shop.zone ~ "'") }}
                {%- endfor %}
                else orders.ordered_at
            end as date
        ) as local_date,
        orders.country,
        orders.net_revenue as original_net_revenue,
        orders.currency_code as original_currency_code,
        exchange_rates.reporting_currency_code as currency_code,
        orders.line_count,
        orders.item_count,
        cast(round(orders.net_revenue * exchange_rates.rate, 2) as decimal(18, 2)) as net_revenue,
        cast(round(orders.shipping_amount * exchange_rates.rate, 2) as decimal(18, 2)) as shipping_amount,
        orders.customer_id is null as is_guest,
        orders.channel,
        cast(round(orders.discount_amount * exchange_rates.rate, 2) as decimal(18, 2)) as discount_amount,
        case when orders.is_customers_sale then orders.type_number end as order_number,
        orders.is_customers_sale and orders.type_number = 1 as is_first_order,
        case when orders.customer_id is not null and orders.order_type <> 'adjustment' then orders.placement_number end
            as placement_number,
        case
            when orders.customer_id is not null and orders.order_type <> 'adjustment'
                then cast({{ dbt.datediff('orders.previously_placed_at', 'orders.ordered_at', 'second') }} as bigint)
        end as seconds_since_previous_order,
        orders.paid_at,
        cast({{ dbt.datediff('orders.ordered_at', 'orders.paid_at', 'day') }} as integer) as payment_delay_days,
        orders.order_type = 'cancelled' as is_cancelled,
        orders.cancelled_at
    from numbered as orders
    left join exchange_rates
        on
            orders.currency_code = exchange_rates.currency_code
            and cast(orders.ordered_at as date) >= exchange_rates.valid_from
            and cast(orders.ordered_at as date) < exchange_rates.valid_to

)

select * from final
