{#- Ephemeral: it stands on a seed alone, and as a table it would be a step of its own before every other. -#}
{{ config(materialized='ephemeral') }}

with

currency_rates as (

    select * from {{ ref('currency_rates') }}

),

periods as (

    select
        currency_code,
        cast(usd_per_unit as decimal(18, 8)) as usd_per_unit,
        valid_from,
        lead(valid_from, 1, cast('9999-12-31' as date)) over (
            partition by currency_code
            order by valid_from
        ) as valid_to
    from currency_rates

),

reporting as (

    select * from periods
    where currency_code = {{ reporting_currency() }}

),

rates as (

    select
        periods.currency_code,
        reporting.currency_code as reporting_currency_code,
        greatest(periods.valid_from, reporting.valid_from) as valid_from,
        least(periods.valid_to, reporting.valid_to) as valid_to,
        cast(
            case
                when periods.currency_code = reporting.currency_code then 1
                else periods.usd_per_unit / reporting.usd_per_unit
            end as decimal(18, 8)
        ) as rate
    from periods
    inner join reporting
        on
            periods.valid_from < reporting.valid_to
            and periods.valid_to > reporting.valid_from

)

select * from rates
