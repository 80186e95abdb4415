with

source as (

    {{ newest_orders(source('raw_shopify', 'orders'), key='name') }}

),

renamed as (

    select

        ---------- ids
        id as order_id,
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
