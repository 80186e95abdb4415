with

source as (

    {{ newest_orders(source('raw_erp', 'contract_orders'), key='order_id') }}

),

renamed as (

    select

        ---------- ids
        order_id,
        _line_number as line_number,
        contract_id,
        upper(sku) as product_id,

        ---------- person
        customer_name,
        ordered_by as ordered_by_name,
        ordered_by_email,

        ---------- strings
        description as product_name,
        upper(currency) as currency_code,

        ---------- numerics
        cast(quantity as bigint) as quantity,
        cast(unit_price as decimal(18, 4)) as unit_price,
        cast(coalesce(line_discount, '0') as decimal(18, 2)) as line_discount,

        ---------- timestamps
        cast(ordered_at as timestamp) as ordered_at,
        cast(paid_at as timestamp) as paid_at,
        _delivery_date as delivery_date

    from source

)

select * from renamed
