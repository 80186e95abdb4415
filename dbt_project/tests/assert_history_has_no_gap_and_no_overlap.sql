{{ config(group='identity') }}

-- Each row of a customer's history ends where the next begins; only the last is open, and it is the current one.

with

history as (

    select
        *,
        lead(valid_from) over (partition by customer_id order by valid_from) as next_valid_from
    from {{ ref('dim_customer_history') }}

)

select
    customer_id,
    valid_from,
    valid_to
from history
where
    valid_to is distinct from next_valid_from
    or valid_to <= valid_from
    or is_current <> (valid_to is null)
