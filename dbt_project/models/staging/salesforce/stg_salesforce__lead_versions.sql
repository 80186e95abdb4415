{{ config(materialized='ephemeral') }}

with

source as (

    {{ record_versions(source('raw_salesforce', 'leads')) }}

),

renamed as (

    select

        ---------- ids
        concat('salesforce|lead|', id) as record_key,
        owner_id,

        ---------- place
        city,

        ---------- dates
        valid_from

    from source

)

select * from renamed
