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
        coalesce(
            cast(cast(case when version_number = 1 then created_date else last_modified_date end as timestamp) as date),
            _delivery_date
        ) as valid_from

    from source

)

select * from renamed
