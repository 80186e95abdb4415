{#- Built customer by customer; a day that passes touches those with goods of the days between. -#}
{{ config(materialized='table', meta={
    'part': 'customer_id',
    'touched_by': {
        'marts.fct_order_lines': 'select customer_id from {changes}',
        'as_of_date': '
            select customer_id from marts.fct_order_lines
            where cast(ordered_at as date) between least({then}, {day}) and greatest({then}, {day})
        ',
    },
}) }}

with

lines as (

    select
        customer_id,
        category,
        order_id,
        net_amount,
        cast(ordered_at as date) as order_date
    from {{ touched(ref('fct_order_lines'), 'customer_id') }}
    where
        customer_id is not null
        and category is not null
        and is_net_revenue
        and not is_return
        and cast(ordered_at as date) < {{ as_of_date() }}

),

bought as (

    select
        customer_id,
        category,
        count(distinct order_id) as order_count,
        cast(sum(net_amount) as decimal(18, 2)) as gross_revenue,
        max(order_date) as last_order_date
    from lines
    group by
        customer_id,
        category

)

select * from bought
