with

goals as (

    select * from {{ ref('int_goals_assigned') }}

),

final as (

    select
        goal_id,
        metric,
        unit,
        department,
        team,
        owner_id,
        start_date as starts_on,
        end_date as ends_on,
        baseline_value,
        target_value
    from goals

)

select * from final
