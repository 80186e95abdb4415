{#- A table: what reads it part by part must be told whose name changed. -#}
{{ config(materialized='table') }}

with

source as (

    {{ newest_versions(source('raw_salesforce', 'users'), key='id') }}

),

renamed as (

    select

        ---------- ids
        id as user_id,
        manager_id,

        ---------- person
        name as full_name,
        email,

        ---------- strings
        department,
        division as team,
        title as role_name,

        ---------- booleans
        coalesce(cast(is_active as boolean), false) as is_active

    from source

)

select * from renamed
