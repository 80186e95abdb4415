-- Periods of one currency neither overlap nor leave a gap, so that a join on them never doubles a row.

with

rates as (

    select
        currency_code,
        valid_from,
        valid_to,
        lead(valid_from) over (partition by currency_code order by valid_from) as next_valid_from
    from {{ ref('int_exchange_rates') }}

)

select * from rates
where next_valid_from is not null and next_valid_from <> valid_to
