{#- A table, built record by record: several models read it, and each would look for the newest versions anew. -#}
{{ config(materialized='table', meta={
    'part': 'lead_id',
    'touched_by': {'raw_salesforce.leads': 'select id from {input} where _delivery_date in {added}'},
}) }}

with

source as (

    {{ newest_versions(touched(source('raw_salesforce', 'leads'), 'id'), key='id') }}

),

renamed as (

    select

        ---------- ids
        id as lead_id,
        converted_contact_id,
        master_record_id as merged_into_lead_id,
        owner_id,
        campaign_id,

        ---------- person
        coalesce(name, nullif(trim(concat(coalesce(first_name, ''), ' ', coalesce(last_name, ''))), '')) as full_name,
        first_name as given_name,
        last_name as family_name,
        email,
        phone,
        company as company_name,
        street,
        city,
        state as province,
        postal_code as postcode,
        country,

        ---------- strings
        lead_source,
        status,
        lower(industry) as industry,
        rating,

        ---------- booleans
        coalesce(cast(is_converted as boolean), false) as is_converted,
        coalesce(cast(is_deleted as boolean), false) as is_deleted,

        ---------- timestamps
        cast(created_date as timestamp) as created_at,
        cast(first_response_at as timestamp) as first_response_at,
        cast(converted_date as timestamp) as converted_at,
        cast(last_modified_date as timestamp) as updated_at

    from source

)

select * from renamed
