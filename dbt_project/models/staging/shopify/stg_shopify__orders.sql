{#-
  A table and no view: seven models read it, and each would look for the newest version of every order anew. Built order
  by order; a delivery that went is seen by the orders it was the newest or the first of.
-#}
{{ config(materialized='table', meta={
    'part': 'order_name',
    'touched_by': {'raw_shopify.orders': "
        select name from {input} where _delivery_date in {dates}
        union all
        select order_name from {this} where delivery_date in {dates} or first_delivery_date in {dates}
    "},
}) }}

with

source as (

    {{ newest_orders(touched(source('raw_shopify', 'orders'), 'name'), key='name') }}

),

-- What belongs to the order stands on its first line only.
renamed as (

    select

        ---------- ids
        id as order_id,
        name as order_name,
        device_id,

        ---------- person
        email,
        coalesce(phone, billing_phone, shipping_phone) as phone,
        billing_name,
        shipping_name,
        billing_company as company_name,
        shipping_street,
        shipping_city,
        shipping_province,
        shipping_zip,
        shipping_country,

        ---------- strings
        coalesce(shipping_country, billing_country) as country,
        upper(currency) as currency_code,
        financial_status,
        source as channel,

        ---------- numerics
        cast(subtotal as decimal(18, 2)) as subtotal,
        cast(shipping as decimal(18, 2)) as shipping_amount,
        cast(taxes as decimal(18, 2)) as tax_amount,
        cast(total as decimal(18, 2)) as total_amount,
        cast(coalesce(refunded_amount, '0') as decimal(18, 2)) as refunded_amount,

        ---------- timestamps
        cast(created_at as timestamp) as ordered_at,
        cast(paid_at as timestamp) as paid_at,
        cast(fulfilled_at as timestamp) as fulfilled_at,
        cast(cancelled_at as timestamp) as cancelled_at,
        first_delivery_date,
        _delivery_date as delivery_date

    from source
    where _line_number = 1

)

select * from renamed
