with

order_lines as (

    select * from {{ touched(ref('stg_erp__contract_orders'), "concat('erp|', order_id)") }}

),

buyers as (

    select * from {{ ref('int_order_buyers') }}
    where source_system = 'erp'

),

customer_records as (

    select * from {{ ref('customer_records') }}

),

keyed as (

    select
        concat('erp|', order_lines.order_id, '|', cast(order_lines.line_number as {{ dbt.type_string() }}))
            as order_line_id,
        concat('erp|', order_lines.order_id) as order_id,
        customer_records.customer_id,
        order_lines.product_id,
        'product' as line_type,
        true as is_net_revenue,
        order_lines.quantity,
        order_lines.unit_price,
        cast(
            round(cast(order_lines.quantity as decimal(14, 0)) * order_lines.unit_price, 2)
            - order_lines.line_discount as decimal(18, 2)
        ) as net_amount,
        order_lines.currency_code,
        cast(null as {{ dbt.type_string() }}) as country,
        order_lines.line_discount,
        order_lines.ordered_at,
        order_lines.paid_at,
        false as is_return,
        order_lines.delivery_date
    from order_lines
    left join buyers
        on order_lines.order_id = buyers.source_order_id
    left join customer_records
        on buyers.record_key = customer_records.record_key

)

select * from keyed
