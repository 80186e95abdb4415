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

line_counts as (

    select
        order_id,
        count(*) as line_count,
        sum(quantity) as item_count,
        sum(quantity * unit_price) as list_amount
    from order_lines
    group by order_id

),

keyed as (

    select
        concat('shopify|', orders.order_id) as order_id,
        customer_records.customer_id,
        case
            when orders.cancelled_at is not null or orders.financial_status = 'voided' then 'cancelled'
            when orders.financial_status in ('unpaid', 'expired') then 'unpaid'
            else 'sale'
        end as order_type,
        orders.ordered_at,
        orders.country,
        orders.currency_code,
        coalesce(line_counts.line_count, 0) as line_count,
        cast(coalesce(line_counts.item_count, 0) as bigint) as item_count,
        orders.subtotal as net_revenue,
        orders.shipping_amount,
        case when orders.channel = 'pos' then 'retail' else 'shop' end as channel,
        cast(greatest(round(line_counts.list_amount, 2) - orders.subtotal, 0) as decimal(18, 2)) as discount_amount,
        orders.paid_at,
        orders.cancelled_at
    from orders
    left join line_counts
        on orders.order_id = line_counts.order_id
    left join buyers
        on orders.order_id = buyers.source_order_id
    left join customer_records
        on buyers.record_key = customer_records.record_key

)

select * from keyed
