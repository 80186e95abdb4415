with

products as (

    select * from {{ ref('int_products_named') }}

),

final as (

    select
        product_id,
        product_name,
        line_type,
        first_sold_date,
        last_sold_date,
        line_count
    from products

)

select * from final
