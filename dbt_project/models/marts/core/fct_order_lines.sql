with

order_lines as (

    select * from {{ ref('int_order_lines_keyed') }}

),

final as (

    select
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
    from order_lines

)

select * from final
