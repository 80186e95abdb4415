with

source as (

    {{ newest_versions(source('raw_erp', 'quotes'), key='quote_id') }}

),

renamed as (

    select

        ---------- ids
        quote_id,
        opportunity_id,
        salesperson,

        ---------- company
        account_name,

        ---------- strings
        status,
        upper(currency) as currency_code,

        ---------- numerics
        cast(version as bigint) as quote_version,
        cast(list_amount as decimal(18, 2)) as list_amount,
        cast(discount as decimal(18, 4)) as discount,
        cast(amount as decimal(18, 2)) as amount,

        ---------- dates
        cast(quoted_on as date) as quoted_date,
        cast(valid_until as date) as valid_until_date

    from source

)

select * from renamed
