with

order_lines as (

    select * from {{ touched(ref('stg_retail__order_lines'), "concat('retail|', order_id)") }}

),

shop_customers as (

    select * from {{ ref('customer_records') }}
    where source_system = 'retail'

),

line_types as (

    select * from {{ ref('retail_line_types') }}

),

keyed as (

    select
        concat('retail|', order_lines.order_line_id) as order_line_id,
        concat('retail|', order_lines.order_id) as order_id,
        shop_customers.customer_id,
        order_lines.product_id,
        coalesce(line_types.line_type, 'product') as line_type,
        coalesce(line_types.is_net_revenue, true) as is_net_revenue,
        order_lines.quantity,
        order_lines.unit_price,
        cast(
            round(cast(order_lines.quantity as decimal(14, 0)) * order_lines.unit_price, 2) as decimal(18, 2)
        ) as net_amount,
        '{{ var("retail_currency") }}' as currency_code,
        order_lines.country,
        order_lines.ordered_at,
        order_lines.order_id like 'C%' as is_return,
        order_lines.delivery_date
    from order_lines
    left join shop_customers
        on order_lines.shop_customer_id = shop_customers.source_record_id
    left join line_types
        on order_lines.product_id = line_types.stock_code

)

select * from keyed
