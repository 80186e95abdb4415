{#- A table, built order by order: whose numbers an order has is asked customer by customer, of fct_orders. -#}
{{ config(materialized='table', meta={'part': 'order_id', 'touched_by': order_news()}) }}

with

retail as (

    select * from {{ touched(ref('int_retail_orders_grouped'), 'order_id') }}

),

shopify as (

    select * from {{ touched(ref('int_shopify_orders_keyed'), 'order_id') }}

),

tmall as (

    select * from {{ touched(ref('int_tmall_orders_keyed'), 'order_id') }}

),

erp as (

    select * from {{ touched(ref('int_erp_orders_grouped'), 'order_id') }}

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
