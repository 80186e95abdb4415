with

steps as (

    select * from {{ ref('int_opportunity_stages_dated') }}

),

final as (

    select
        opportunity_id,
        step,
        stage,
        entered_at,
        left_at,
        cast({{ dbt.datediff('entered_at', 'left_at', 'second') }} / cast(86400 as double) as double) as days
    from steps

)

select * from final
