with

order_lines as (

    select * from {{ ref('stg_retail__order_lines') }}

),

line_types as (

    select * from {{ ref('retail_line_types') }}

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
