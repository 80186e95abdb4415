with

orders as (

    select * from {{ touched(ref('stg_shopify__orders'), "concat('shopify|', order_id)") }}

),

order_lines as (

    select * from {{ touched(ref('stg_shopify__order_lines'), "concat('shopify|', order_id)") }}

),

buyers as (

    select * from {{ ref('int_order_buyers') }}
    where source_system = 'shopify'

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

-- The platform states what the order's goods cost after every discount; a line's part of it is in proportion to what
-- the line itself cost. What rounding leaves over goes to the first line, so the lines add up to the order.
weighed as (

    select
        order_lines.*,
        orders.subtotal as order_amount,
        orders.currency_code,
        orders.country,
        orders.ordered_at as order_placed_at,
        order_lines.quantity * order_lines.unit_price - order_lines.line_discount as worth,
        sum(order_lines.quantity * order_lines.unit_price - order_lines.line_discount) over (
            partition by order_lines.order_id
        ) as order_worth
    from order_lines
    inner join orders
        on order_lines.order_id = orders.order_id

),

shared_out as (

    select
        *,
        coalesce(cast(round(order_amount * worth / nullif(order_worth, 0), 2) as decimal(18, 2)), 0) as rounded_part
    from weighed

),

summed as (

    select
        *,
        sum(rounded_part) over (partition by order_id) as order_rounded,
        row_number() over (partition by order_id order by line_number) as line_rank
    from shared_out

),

keyed as (

    select
        concat('shopify|', summed.order_id, '|', cast(summed.line_number as {{ dbt.type_string() }})) as order_line_id,
        concat('shopify|', summed.order_id) as order_id,
        customer_records.customer_id,
        summed.product_id,
        'product' as line_type,
        true as is_net_revenue,
        summed.quantity,
        summed.unit_price,
        cast(
            summed.rounded_part
            + case when summed.line_rank = 1 then summed.order_amount - summed.order_rounded else 0 end
            as decimal(18, 2)
        ) as net_amount,
        summed.currency_code,
        summed.country,
        summed.order_placed_at as ordered_at,
        false as is_return,
        summed.delivery_date
    from summed
    left join buyers
        on summed.order_id = buyers.source_order_id
    left join customer_records
        on buyers.record_key = customer_records.record_key

)

select * from keyed
