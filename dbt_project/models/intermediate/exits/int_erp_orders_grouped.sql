with

order_lines as (

    select * from {{ touched(ref('int_erp_order_lines_keyed'), 'order_id') }}

),

orders as (

    select
        order_id,
        min(customer_id) as customer_id,
        'sale' as order_type,
        min(ordered_at) as ordered_at,
        min(country) as country,
        min(currency_code) as currency_code,
        count(*) as line_count,
        cast(sum(quantity) as bigint) as item_count,
        cast(sum(net_amount) as decimal(18, 2)) as net_revenue,
        cast(0 as decimal(18, 2)) as shipping_amount,
        'b2b' as channel,
        cast(sum(line_discount) as decimal(18, 2)) as discount_amount,
        min(paid_at) as paid_at,
        cast(null as timestamp) as cancelled_at
    from order_lines
    group by order_id

)

select * from orders
