{#- A table, built record by record: several models read it, and each would look for the newest versions anew. -#}
{{ config(materialized='table', meta={
    'part': 'user_id',
    'touched_by': {'raw_zendesk.users': 'select id from {input} where _delivery_date in {added}'},
}) }}

with

source as (

    {{ newest_versions(touched(source('raw_zendesk', 'users'), 'id'), key='id') }}

),

renamed as (

    select

        ---------- ids
        id as user_id,
        external_id,

        ---------- person
        name as full_name,
        email,
        phone,

        ---------- strings
        lower(role) as role,

        ---------- timestamps
        cast(created_at as timestamp) as created_at,
        cast(updated_at as timestamp) as updated_at

    from source

)

select * from renamed
