{{ config(materialized='ephemeral') }}

with

source as (

    {{ record_versions(source('raw_salesforce', 'contacts')) }}

),

renamed as (

    select

        ---------- ids
        concat('salesforce|contact|', id) as record_key,
        owner_id,

        ---------- place
        mailing_city as city,

        ---------- dates
        valid_from

    from source

)

select * from renamed
