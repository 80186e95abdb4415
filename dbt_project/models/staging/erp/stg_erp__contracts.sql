with

source as (

    {{ newest_versions(source('raw_erp', 'contracts'), key='contract_id') }}

),

renamed as (

    select

        ---------- ids
        contract_id,
        opportunity_id,

        ---------- dates
        cast(signed_on as date) as signed_date

    from source

)

select * from renamed
