with

retail as (

    select * from {{ touched(ref('int_retail_order_lines_keyed'), 'order_id') }}

),

shopify as (

    select * from {{ touched(ref('int_shopify_order_lines_keyed'), 'order_id') }}

),

tmall as (

    select * from {{ touched(ref('int_tmall_order_lines_keyed'), 'order_id') }}

),

erp as (

    select * from {{ touched(ref('int_erp_order_lines_keyed'), 'order_id') }}

),

unioned as (

    select
        'retail' as source_system,
        order_line_id,
        order_id,
        customer_id,
        product_id,
        line_type,
        is_net_revenue,
        quantity,
        unit_price,
        net_amount,
        currency_code,
        country,
        ordered_at,
        is_return,
        delivery_date
    from retail

    union all

    select
        'shopify',
        order_line_id,
        order_id,
        customer_id,
        product_id,
        line_type,
        is_net_revenue,
        quantity,
        unit_price,
        net_amount,
        currency_code,
        country,
        ordered_at,
        is_return,
        delivery_date
    from shopify

    union all

    select
        'tmall',
        order_line_id,
        order_id,
        customer_id,
        product_id,
        line_type,
        is_net_revenue,
        quantity,
        unit_price,
        net_amount,
        currency_code,
        country,
        ordered_at,
        is_return,
        delivery_date
    from tmall

    union all

    select
        'erp',
        order_line_id,
        order_id,
        customer_id,
        product_id,
        line_type,
        is_net_revenue,
        quantity,
        unit_price,
        net_amount,
        currency_code,
        country,
        ordered_at,
        is_return,
        delivery_date
    from erp

)

select * from unioned
