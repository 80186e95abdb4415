{#- A table, built record by record: several models read it, and each would look for the newest versions anew. -#}
{{ config(materialized='table', meta={
    'part': 'account_id',
    'touched_by': {'raw_salesforce.accounts': 'select id from {input} where _delivery_date in {added}'},
}) }}

with

source as (

    {{ newest_versions(touched(source('raw_salesforce', 'accounts'), 'id'), key='id') }}

),

renamed as (

    select

        ---------- ids
        id as account_id,
        master_record_id as merged_into_account_id,
        parent_id as parent_account_id,
        owner_id,

        ---------- company
        name as company_name,
        phone,
        billing_city as city,
        billing_street as street,
        billing_state as province,
        billing_country as country,

        ---------- strings
        industry,
        type as account_type,

        ---------- booleans
        coalesce(cast(is_deleted as boolean), false) as is_deleted,

        ---------- timestamps
        cast(created_date as timestamp) as created_at,
        cast(last_modified_date as timestamp) as updated_at

    from source

)

select * from renamed
