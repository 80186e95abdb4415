with

order_lines as (

    select * from {{ ref('int_order_lines_keyed') }}

)

select * from order_lines
