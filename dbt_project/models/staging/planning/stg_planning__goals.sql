with

source as (

    {{ newest_versions(source('raw_planning', 'goals'), key='goal_id') }}

),

renamed as (

    select

        ---------- ids
        goal_id,
        owner_id,

        ---------- strings
        goal_name,
        metric,
        unit,
        team,

        ---------- numerics
        cast(baseline as decimal(18, 4)) as baseline_value,
        cast(target as decimal(18, 4)) as target_value,

        ---------- dates
        cast(starts_on as date) as start_date,
        cast(ends_on as date) as end_date

    from source

)

select * from renamed
