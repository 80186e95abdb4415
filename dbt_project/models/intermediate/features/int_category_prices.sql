{#- Added up by day first: lines are many, days and categories few. -#}
with

cutoffs as (

    {{ cutoffs() }}

),

lines as (

    select
        category,
        cast(ordered_at as date) as ordered_on,
        count(*) as line_count,
        sum(cast(net_amount / quantity as decimal(18, 4))) as price_sum
    from {{ ref('fct_order_lines') }}
    where
        customer_id is not null
        and line_type = 'product'
        and quantity > 0
        and net_amount > 0
    group by category, cast(ordered_at as date)

),

prices as (

    select
        cutoffs.as_of_date,
        lines.category,
        cast(sum(lines.price_sum) as double) / sum(lines.line_count) as category_price
    from lines
    inner join cutoffs
        on lines.ordered_on < cutoffs.as_of_date
    group by cutoffs.as_of_date, lines.category

)

select * from prices
