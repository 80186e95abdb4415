{#- A table, built record by record: several models read it, and each would look for the newest versions anew. -#}
{{ config(materialized='table', meta={
    'part': 'campaign_member_id',
    'touched_by': {'raw_salesforce.campaign_members': 'select id from {input} where _delivery_date in {added}'},
}) }}

with

source as (

    {{ newest_versions(touched(source('raw_salesforce', 'campaign_members'), 'id'), key='id') }}

),

renamed as (

    select

        ---------- ids
        id as campaign_member_id,
        campaign_id,
        lead_id,
        contact_id,
        shopify_customer_id as shop_customer_id,

        ---------- person
        email,

        ---------- strings
        status,

        ---------- booleans
        coalesce(cast(has_responded as boolean), false) as has_responded,
        coalesce(cast(is_deleted as boolean), false) as is_deleted,

        ---------- timestamps
        cast(sent_at as timestamp) as sent_at,
        cast(opened_at as timestamp) as opened_at,
        cast(clicked_at as timestamp) as clicked_at,
        cast(first_responded_date as timestamp) as first_responded_at,
        cast(created_date as timestamp) as created_at

    from source

)

select * from renamed
