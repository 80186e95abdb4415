with

retail_lines as (

    select * from {{ ref('stg_retail__order_lines') }}

),

shopify_lines as (

    select * from {{ ref('stg_shopify__order_lines') }}

),

tmall_items as (

    select * from {{ ref('stg_tmall__order_items') }}

),

erp_lines as (

    select * from {{ ref('stg_erp__contract_orders') }}

),

tmall_orders as (

    select * from {{ ref('stg_tmall__orders') }}

),

line_types as (

    select * from {{ ref('retail_line_types') }}

),

-- A stock code means one thing wherever it is sold.
order_lines as (

    select
        product_id,
        description,
        quantity,
        unit_price,
        ordered_at
    from retail_lines

    union all

    select
        product_id,
        product_name,
        quantity,
        unit_price,
        ordered_at
    from shopify_lines

    union all

    select
        product_id,
        product_name,
        quantity,
        unit_price,
        ordered_at
    from erp_lines

    union all

    select
        tmall_items.product_id,
        tmall_items.product_name,
        tmall_items.quantity,
        tmall_items.unit_price,
        tmall_orders.ordered_at
    from tmall_items
    inner join tmall_orders
        on tmall_items.order_id = tmall_orders.order_id

),

-- What a line without a price says is a note of the stock room ("damaged", "found by ..."), not a product's name.
by_description as (

    select
        product_id,
        case when unit_price > 0 then description end as description,
        count(*) as line_count,
        cast(min(case when quantity > 0 and unit_price > 0 then ordered_at end) as date) as first_sold_date,
        cast(max(case when quantity > 0 and unit_price > 0 then ordered_at end) as date) as last_sold_date
    from order_lines
    group by product_id, case when unit_price > 0 then description end

),

ranked as (

    select
        *,
        row_number() over (
            partition by product_id
            order by case when description is null then 1 else 0 end, line_count desc, description
        ) as description_rank
    from by_description

),

products as (

    select
        product_id,
        trim(max(case when description_rank = 1 then description end)) as most_frequent_description,
        min(first_sold_date) as first_sold_date,
        max(last_sold_date) as last_sold_date,
        cast(sum(line_count) as bigint) as line_count
    from ranked
    group by product_id

),

named as (

    select
        products.product_id,
        case when line_types.stock_code is null then products.most_frequent_description else line_types.name_en end
            as product_name,
        coalesce(line_types.line_type, 'product') as line_type,
        products.first_sold_date,
        products.last_sold_date,
        products.line_count
    from products
    left join line_types
        on products.product_id = line_types.stock_code

)

select * from named
