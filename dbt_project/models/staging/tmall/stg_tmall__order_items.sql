{#- A table, built order by order: each of its readers would look for the newest version of every order anew. -#}
{{ config(materialized='table', meta={
    'part': 'order_id',
    'touched_by': {'raw_tmall.order_items': "
        select order_id from {input} where _delivery_date in {dates}
        union all
        select order_id from {this} where delivery_date in {dates}
    "},
}) }}

with

source as (

    {{ newest_orders(touched(source('raw_tmall', 'order_items'), 'order_id'), key='order_id') }}

),

renamed as (

    select

        ---------- ids
        order_id,
        _line_number as line_number,
        upper(coalesce(merchant_code, external_code, title)) as product_id,

        ---------- strings
        title as product_name,
        case when properties like '分类：%' then trim(substring(properties, 4)) end as category_spelling,

        ---------- numerics
        cast(quantity as bigint) as quantity,
        cast(price as decimal(18, 4)) as unit_price,
        cast(coalesce(amount_due, '0') as decimal(18, 2)) as amount_due,

        ---------- timestamps
        _delivery_date as delivery_date

    from source

)

select * from renamed
