{#- A table, built order by order, like the orders themselves. -#}
{{ config(materialized='table', meta={
    'part': 'order_name',
    'touched_by': {'raw_shopify.orders': "
        select name from {input} where _delivery_date in {dates}
        union all
        select order_name from {this} where delivery_date in {dates}
    "},
}) }}

with

source as (

    {{ newest_orders(touched(source('raw_shopify', 'orders'), 'name'), key='name') }}

),

renamed as (

    select

        ---------- ids
        id as order_id,
        name as order_name,
        _line_number as line_number,
        upper(coalesce(lineitem_sku, lineitem_name)) as product_id,

        ---------- strings
        lineitem_name as product_name,
        vendor as brand,

        ---------- numerics
        cast(lineitem_quantity as bigint) as quantity,
        cast(lineitem_price as decimal(18, 4)) as unit_price,
        cast(coalesce(lineitem_discount, '0') as decimal(18, 2)) as line_discount,

        ---------- timestamps
        cast(created_at as timestamp) as ordered_at,
        _delivery_date as delivery_date

    from source

)

select * from renamed
