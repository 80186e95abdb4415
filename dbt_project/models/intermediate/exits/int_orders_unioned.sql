with

retail as (

    select * from {{ ref('int_retail_orders_grouped') }}

),

shopify as (

    select * from {{ ref('int_shopify_orders_keyed') }}

),

tmall as (

    select * from {{ ref('int_tmall_orders_keyed') }}

),

erp as (

    select * from {{ ref('int_erp_orders_grouped') }}

),

unioned as (

    select
        'retail' as source_system,
        order_id,
        customer_id,
        order_type,
        ordered_at,
        country,
        currency_code,
        line_count,
        item_count,
        net_revenue,
        shipping_amount,
        channel,
        discount_amount,
        paid_at,
        cancelled_at
    from retail

    union all

    select
        'shopify',
        order_id,
        customer_id,
        order_type,
        ordered_at,
        country,
        currency_code,
        line_count,
        item_count,
        net_revenue,
        shipping_amount,
        channel,
        discount_amount,
        paid_at,
        cancelled_at
    from shopify

    union all

    select
        'tmall',
        order_id,
        customer_id,
        order_type,
        ordered_at,
        country,
        currency_code,
        line_count,
        item_count,
        net_revenue,
        shipping_amount,
        channel,
        discount_amount,
        paid_at,
        cancelled_at
    from tmall

    union all

    select
        'erp',
        order_id,
        customer_id,
        order_type,
        ordered_at,
        country,
        currency_code,
        line_count,
        item_count,
        net_revenue,
        shipping_amount,
        channel,
        discount_amount,
        paid_at,
        cancelled_at
    from erp

)

select * from unioned
