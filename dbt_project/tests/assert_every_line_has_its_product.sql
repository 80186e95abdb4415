select distinct lines.product_id
from {{ ref('fct_order_lines') }} as lines
left join {{ ref('dim_products') }} as products
    on lines.product_id = products.product_id
where products.product_id is null
