with

source as (

    {{ newest_versions(source('raw_erp', 'contracts'), key='contract_id') }}

),

renamed as (

    select

        ---------- ids
        contract_id,
        opportunity_id,

        ---------- timestamps
        cast(signed_at as timestamp) as signed_at

    from source

)

select * from renamed
