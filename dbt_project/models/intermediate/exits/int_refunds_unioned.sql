with

retail_lines as (

    select * from {{ touched(ref('int_retail_order_lines_keyed'), 'order_id') }}
    where is_return

),

shopify_orders as (

    select * from {{ touched(ref('stg_shopify__orders'), "concat('shopify|', order_id, '|refund')") }}

),

tmall_orders as (

    select * from {{ touched(ref('stg_tmall__orders'), "concat('tmall|', order_id, '|refund')") }}

),

orders as (

    select * from {{ touched(ref('int_orders_unioned'), "concat(order_id, '|refund')") }}
    where order_type = 'sale'

),

retail as (

    select
        order_id as refund_id,
        cast(null as {{ dbt.type_string() }}) as order_id,
        min(customer_id) as customer_id,
        min(ordered_at) as refunded_at,
        min(currency_code) as currency_code,
        count(*) as line_count,
        cast(-sum(case when is_net_revenue then net_amount else 0 end) as decimal(18, 2)) as refund_amount
    from retail_lines
    group by order_id

),

-- Platforms state how much of an order was given back and not when: the last moment they name of the order counts.
-- Delivery charges and taxes given back with the goods were never revenue.
platforms as (

    select
        'shopify' as source_system,
        concat('shopify|', order_id) as order_id,
        greatest(ordered_at, coalesce(paid_at, ordered_at), coalesce(fulfilled_at, ordered_at)) as refunded_at,
        least(refunded_amount, subtotal) as refund_amount
    from shopify_orders

    union all

    select
        'tmall',
        concat('tmall|', order_id),
        greatest(ordered_at, coalesce(paid_at, ordered_at), coalesce(confirmed_at, ordered_at)),
        least(refunded_amount, goods_amount)
    from tmall_orders

),

refunds as (

    select
        'retail' as source_system,
        refund_id,
        order_id,
        customer_id,
        refunded_at,
        currency_code,
        line_count,
        refund_amount
    from retail

    union all

    select
        platforms.source_system,
        concat(platforms.order_id, '|refund'),
        platforms.order_id,
        orders.customer_id,
        platforms.refunded_at,
        orders.currency_code,
        0,
        cast(platforms.refund_amount as decimal(18, 2))
    from platforms
    inner join orders
        on platforms.order_id = orders.order_id
    where platforms.refund_amount > 0

)

select * from refunds
