{#- A table, built order by order: each of its readers would look for the newest version of every order anew. -#}
{{ config(materialized='table', meta={
    'part': 'order_id',
    'touched_by': {'raw_tmall.orders': "
        select order_id from {input} where _delivery_date in {dates}
        union all
        select order_id from {this} where delivery_date in {dates}
    "},
}) }}

with

source as (

    {{ newest_versions(touched(source('raw_tmall', 'orders'), 'order_id'), key='order_id') }}

),

renamed as (

    select

        ---------- ids
        order_id,

        ---------- person
        buyer_nick,
        receiver_name,
        receiver_mobile,
        receiver_address,

        ---------- strings
        order_status,
        shop_name,

        ---------- numerics
        cast(coalesce(goods_amount_due, '0') as decimal(18, 2)) as goods_amount,
        cast(coalesce(shipping_due, '0') as decimal(18, 2)) as shipping_amount,
        cast(total_amount as decimal(18, 2)) as total_amount,
        cast(coalesce(refund_amount, '0') as decimal(18, 2)) as refunded_amount,
        cast(coalesce(item_quantity, '0') as bigint) as item_count,

        ---------- timestamps
        cast(created_at as timestamp) as ordered_at,
        cast(paid_at as timestamp) as paid_at,
        cast(confirmed_at as timestamp) as confirmed_at,
        _delivery_date as delivery_date

    from source

)

select * from renamed
