with

source as (

    {{ newest_versions(source('raw_erp', 'contracts'), key='contract_id') }}

),

renamed as (

    select

        ---------- ids
        contract_id,
        opportunity_id,
        quote_id,
        account_id,

        ---------- strings
        status,
        upper(currency) as currency_code,

        ---------- numerics
        cast(amount as decimal(18, 2)) as amount,
        cast(delivery_count as bigint) as delivery_count,
        cast(payment_term_days as bigint) as payment_term_days,

        ---------- dates
        cast(signed_on as date) as signed_date,
        cast(starts_on as date) as start_date,
        cast(ends_on as date) as end_date

    from source

)

select * from renamed
