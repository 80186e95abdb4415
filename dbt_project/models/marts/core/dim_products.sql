with

products as (

    select * from {{ ref('int_products_named') }}

)

select * from products
