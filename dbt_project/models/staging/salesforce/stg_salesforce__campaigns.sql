with

source as (

    {{ newest_versions(source('raw_salesforce', 'campaigns'), key='id') }}

),

renamed as (

    select

        ---------- ids
        id as campaign_id,
        code as campaign_code,

        ---------- strings
        name as campaign_name,
        type as campaign_type,
        status,

        ---------- numerics
        cast(actual_cost as decimal(18, 2)) as actual_cost,
        cast(budgeted_cost as decimal(18, 2)) as budgeted_cost,

        ---------- booleans
        coalesce(cast(is_deleted as boolean), false) as is_deleted,

        ---------- dates
        cast(cast(start_date as timestamp) as date) as start_date,
        cast(cast(end_date as timestamp) as date) as end_date

    from source

)

select * from renamed
