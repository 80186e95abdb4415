with

opportunities as (

    select * from {{ ref('int_opportunities_keyed') }}

),

final as (

    select
        opportunity_id,
        customer_id,
        stage_name,
        amount,
        probability,
        close_date,
        is_closed,
        is_won,
        created_at
    from opportunities

)

select * from final
