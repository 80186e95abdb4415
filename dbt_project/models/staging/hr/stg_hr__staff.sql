with

source as (

    {{ newest_versions(source('raw_hr', 'staff'), key='staff_id') }}

),

renamed as (

    select

        ---------- ids
        staff_id,
        manager_id,
        crm_user_id,

        ---------- person
        full_name,
        latin_name,
        email,
        phone,

        ---------- strings
        department_id,
        team,
        role as role_name,
        store,
        status,

        ---------- dates
        cast(hired_on as date) as hired_date,
        cast(left_on as date) as left_date

    from source

)

select * from renamed
