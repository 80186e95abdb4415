with

source as (

    select * from {{ source('raw_retail', 'order_lines') }}
    where _delivery_date <= {{ known_on() }}

),

renamed as (

    select

        ---------- ids
        _row_hash as order_line_id,
        invoice as order_id,
        upper(trim(stock_code)) as product_id,
        customer_id as shop_customer_id,

        ---------- strings
        description,
        country,

        ---------- numerics
        cast(quantity as bigint) as quantity,
        cast(price as decimal(18, 4)) as unit_price,

        ---------- timestamps
        cast(invoice_date as timestamp) as ordered_at,
        _delivery_date as delivery_date

    from source

)

select * from renamed
