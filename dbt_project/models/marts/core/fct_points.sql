with

points as (

    select * from {{ ref('int_points_keyed') }}

),

final as (

    select
        entry_id,
        customer_id,
        occurred_at,
        points_change,
        balance,
        kind
    from points

)

select * from final
