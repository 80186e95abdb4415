with

leads as (

    select * from {{ ref('int_leads_keyed') }}

),

final as (

    select
        lead_id,
        customer_id,
        owner_id,
        campaign_id,
        channel,
        kind,
        status,
        created_at,
        first_response_at,
        response_hours,
        is_converted,
        converted_at
    from leads

)

select * from final
