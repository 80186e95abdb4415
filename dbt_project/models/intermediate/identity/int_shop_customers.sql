with

order_lines as (

    select * from {{ by_record(ref('stg_retail__order_lines'), 'retail|customer', 'shop_customer_id') }}
    where shop_customer_id is not null

),

by_country as (

    select
        shop_customer_id,
        country,
        count(*) as line_count,
        min(ordered_at) as first_seen_at,
        max(ordered_at) as last_seen_at
    from order_lines
    group by shop_customer_id, country

),

ranked as (

    select
        *,
        row_number() over (
            partition by shop_customer_id
            order by line_count desc, country
        ) as country_rank
    from by_country

),

customers as (

    select
        shop_customer_id,
        max(case when country_rank = 1 then country end) as country,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from ranked
    group by shop_customer_id

)

select * from customers
