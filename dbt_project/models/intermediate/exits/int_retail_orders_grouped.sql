with

order_lines as (

    select * from {{ touched(ref('int_retail_order_lines_keyed'), 'order_id') }}
    where not is_return

),

invoices as (

    select
        order_id,
        min(customer_id) as customer_id,
        min(ordered_at) as ordered_at,
        min(country) as country,
        min(currency_code) as currency_code,
        count(*) as line_count,
        cast(sum(case when line_type = 'product' then quantity else 0 end) as bigint) as item_count,
        cast(sum(case when is_net_revenue then net_amount else 0 end) as decimal(18, 2)) as net_revenue,
        cast(sum(case when line_type = 'shipping' then net_amount else 0 end) as decimal(18, 2)) as shipping_amount,
        cast(-sum(case when line_type = 'discount' then net_amount else 0 end) as decimal(18, 2)) as discount_amount,
        max(abs(unit_price)) as highest_price,
        count(case when line_type not in ('adjustment', 'fee', 'test') then 1 end) as trading_line_count
    from order_lines
    group by order_id

),

-- The bookkeeper's own invoices (A...), invoices on which nothing was traded, and corrections of the stock,
-- which the till writes as invoices to nobody at no price.
orders as (

    select
        order_id,
        customer_id,
        case
            when order_id like 'retail|A%' then 'adjustment'
            when trading_line_count = 0 then 'adjustment'
            when customer_id is null and highest_price = 0 then 'adjustment'
            else 'sale'
        end as order_type,
        ordered_at,
        country,
        currency_code,
        line_count,
        item_count,
        net_revenue,
        shipping_amount,
        'retail' as channel,
        discount_amount,
        cast(null as timestamp) as paid_at,
        cast(null as timestamp) as cancelled_at
    from invoices

)

select * from orders
