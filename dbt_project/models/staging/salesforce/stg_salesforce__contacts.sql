{#- A table, built record by record: several models read it, and each would look for the newest versions anew. -#}
{{ config(materialized='table', meta={
    'part': 'contact_id',
    'touched_by': {'raw_salesforce.contacts': 'select id from {input} where _delivery_date in {added}'},
}) }}

with

source as (

    {{ newest_versions(touched(source('raw_salesforce', 'contacts'), 'id'), key='id') }}

),

renamed as (

    select

        ---------- ids
        id as contact_id,
        account_id,
        master_record_id as merged_into_contact_id,
        owner_id,

        ---------- person
        coalesce(name, nullif(trim(concat(coalesce(first_name, ''), ' ', coalesce(last_name, ''))), '')) as full_name,
        first_name as given_name,
        last_name as family_name,
        email,
        mobile_phone,
        phone,
        home_phone,
        cast(cast(birthdate as date) as {{ dbt.type_string() }}) as birth_date,
        mailing_street as street,
        mailing_city as city,
        mailing_state as province,
        mailing_postal_code as postcode,
        mailing_country as country,

        ---------- booleans
        coalesce(cast(is_deleted as boolean), false) as is_deleted,
        not cast(has_opted_out_of_email as boolean) as may_be_emailed,
        not cast(do_not_call as boolean) as may_be_called,

        ---------- timestamps
        cast(created_date as timestamp) as created_at,
        cast(last_modified_date as timestamp) as updated_at

    from source

)

select * from renamed
