with

staff as (

    select * from {{ ref('stg_hr__staff') }}

),

departments as (

    select * from {{ ref('stg_hr__departments') }}

),

final as (

    select
        staff.staff_id,
        staff.full_name as name,
        staff.latin_name,
        departments.department_name as department,
        staff.team,
        staff.role_name,
        staff.store,
        staff.crm_user_id,
        staff.manager_id,
        staff.hired_date,
        staff.left_date
    from staff
    left join departments
        on staff.department_id = departments.department_id

)

select * from final
