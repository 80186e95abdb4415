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

seen_categories as (

    select * from {{ ref('int_seen_categories_counted') }}

),

product_categories as (

    select * from {{ ref('product_categories') }}

),

shopify_orders as (

    select * from {{ ref('stg_shopify__orders') }}

),

-- A stock code means one thing wherever it is sold.
order_lines as (

    select
        product_id,
        description,
        cast(null as {{ dbt.type_string() }}) as brand,
        quantity,
        unit_price,
        '{{ var("retail_currency") }}' as currency_code,
        ordered_at
    from retail_lines

    union all

    select
        shopify_lines.product_id,
        shopify_lines.product_name,
        shopify_lines.brand,
        shopify_lines.quantity,
        shopify_lines.unit_price,
        shopify_orders.currency_code,
        shopify_lines.ordered_at
    from shopify_lines
    left join shopify_orders
        on shopify_lines.order_id = shopify_orders.order_id

    union all

    select
        product_id,
        product_name,
        null,
        quantity,
        unit_price,
        currency_code,
        ordered_at
    from erp_lines

    union all

    select
        tmall_items.product_id,
        tmall_items.product_name,
        null,
        tmall_items.quantity,
        tmall_items.unit_price,
        'CNY',
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
        max(brand) as brand,
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
        max(brand) as brand,
        min(first_sold_date) as first_sold_date,
        max(last_sold_date) as last_sold_date,
        cast(sum(line_count) as bigint) as line_count
    from ranked
    group by product_id

),

-- The last price at which it was sold; of several at one moment the highest.
by_price as (

    select
        product_id,
        unit_price,
        currency_code,
        max(ordered_at) as last_sold_at
    from order_lines
    where
        quantity > 0
        and unit_price > 0
    group by product_id, unit_price, currency_code

),

prices as (

    select
        *,
        row_number() over (
            partition by product_id
            order by last_sold_at desc, unit_price desc, currency_code
        ) as price_rank
    from by_price

),

-- Only words of the seed come out: a category is a free text of its system.
by_category as (

    select
        product_id,
        category,
        sum(mention_count) as mention_count
    from (
        select
            tmall_items.product_id,
            product_categories.category,
            1 as mention_count
        from tmall_items
        inner join product_categories
            on lower(tmall_items.category_spelling) = product_categories.spelling

        union all

        select
            product_id,
            category,
            mention_count
        from seen_categories
    ) as mentions
    group by product_id, category

),

categories as (

    select
        *,
        row_number() over (partition by product_id order by mention_count desc, category) as category_rank
    from by_category

),

named as (

    select
        products.product_id,
        case when line_types.stock_code is null then products.most_frequent_description else line_types.name_en end
            as product_name,
        coalesce(line_types.line_type, 'product') as line_type,
        coalesce(categories.category, 'unknown') as category,
        products.brand,
        prices.unit_price as last_unit_price,
        prices.currency_code as last_currency_code,
        products.first_sold_date,
        products.last_sold_date,
        products.line_count
    from products
    left join prices
        on
            products.product_id = prices.product_id
            and prices.price_rank = 1
    left join categories
        on
            products.product_id = categories.product_id
            and categories.category_rank = 1
    left join line_types
        on products.product_id = line_types.stock_code

)

select * from named
