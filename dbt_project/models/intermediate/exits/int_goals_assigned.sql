{{ config(materialized='ephemeral') }}

with

goals as (

    select * from {{ ref('stg_planning__goals') }}

),

staff as (

    select * from {{ ref('stg_hr__staff') }}

),

departments as (

    select * from {{ ref('stg_hr__departments') }}

),

assigned as (

    select
        goals.goal_id,
        goals.metric,
        goals.unit,
        departments.department_name as department,
        goals.team,
        goals.owner_id,
        goals.start_date,
        goals.end_date,
        goals.baseline_value,
        goals.target_value
    from goals
    left join staff
        on goals.owner_id = staff.staff_id
    left join departments
        on staff.department_id = departments.department_id

)

select * from assigned
