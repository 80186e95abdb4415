{{ config(materialized='ephemeral') }}

with

source as (

    {{ record_versions(source('raw_salesforce', 'accounts')) }}

),

renamed as (

    select

        ---------- ids
        concat('salesforce|account|', id) as record_key,
        owner_id,

        ---------- place
        billing_city as city,

        ---------- dates
        valid_from

    from source

)

select * from renamed
