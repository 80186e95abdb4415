with

campaign_touches as (

    select * from {{ ref('int_campaign_touches_keyed') }}

),

final as (

    select
        campaign_touch_id,
        campaign_id,
        campaign_name,
        customer_id,
        status,
        has_responded,
        touched_at,
        responded_at
    from campaign_touches

)

select * from final
