with

campaigns as (

    select * from {{ ref('int_campaigns_named') }}

),

final as (

    select
        campaign_id,
        campaign_name,
        campaign_type,
        campaign_code,
        status,
        start_date,
        end_date,
        budgeted_cost,
        actual_cost
    from campaigns

)

select * from final
