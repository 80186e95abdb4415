-- Every line delivered up to as_of_date is in fct_order_lines, once: as many as came, and no key twice (unique).

with

-- A platform's line comes again whenever its order has changed; the marketplace's items may come before their order.
staged as (

    select count(*) as line_count
    from {{ source('raw_retail', 'order_lines') }}
    where _delivery_date <= {{ as_of_date() }}

    union all

    select count(*) as line_count
    from ({{ newest_orders(source('raw_shopify', 'orders'), key='name') }}) as shopify_lines

    union all

    select count(*) as line_count
    from ({{ newest_orders(source('raw_tmall', 'order_items'), key='order_id') }}) as tmall_items
    where
        tmall_items.order_id in (
            select orders.order_id from {{ source('raw_tmall', 'orders') }} as orders
            where orders._delivery_date <= {{ as_of_date() }}
        )

    union all

    select count(*) as line_count
    from ({{ newest_orders(source('raw_erp', 'contract_orders'), key='order_id') }}) as erp_lines

),

delivered as (

    select sum(line_count) as line_count from staged

),

kept as (

    select count(*) as line_count
    from {{ ref('fct_order_lines') }}

)

select
    delivered.line_count as lines_delivered,
    kept.line_count as lines_kept
from delivered
cross join kept
where delivered.line_count <> kept.line_count
