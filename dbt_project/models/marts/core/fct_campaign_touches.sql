with

campaign_touches as (

    select * from {{ ref('int_campaign_touches_keyed') }}

)

select * from campaign_touches
