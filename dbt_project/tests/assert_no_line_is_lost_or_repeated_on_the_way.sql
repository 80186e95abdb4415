-- Every line delivered up to as_of_date is in fct_order_lines, once, and its key is its own.

with

delivered as (

    select count(*) as line_count
    from {{ source('raw_retail', 'order_lines') }}
    where _delivery_date <= {{ as_of_date() }}

),

kept as (

    select
        count(*) as line_count,
        count(distinct order_line_id) as key_count
    from {{ ref('fct_order_lines') }}

)

select
    delivered.line_count as lines_delivered,
    kept.line_count as lines_kept,
    kept.key_count as keys_kept
from delivered
cross join kept
where
    delivered.line_count <> kept.line_count
    or kept.line_count <> kept.key_count
