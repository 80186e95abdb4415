with

return_lines as (

    select * from {{ ref('fct_order_lines') }}
    where is_return

),

refunds as (

    select
        order_id as refund_id,
        min(customer_id) as customer_id,
        min(ordered_at) as refunded_at,
        cast(min(ordered_at) as date) as refund_date,
        min(currency_code) as currency_code,
        count(*) as line_count,
        cast(-sum(case when is_net_revenue then net_amount else 0 end) as decimal(18, 2)) as refund_amount
    from return_lines
    group by order_id

)

select * from refunds
