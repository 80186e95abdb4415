with

source as (

    {{ newest_versions(source('raw_hr', 'departments'), key='department_id') }}

),

renamed as (

    select

        ---------- ids
        department_id,
        parent_id as parent_department_id,

        ---------- strings
        department_name,
        cost_center

    from source

)

select * from renamed
