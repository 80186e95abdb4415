with

source as (

    {{ newest_versions(touched(source('raw_salesforce', 'tasks'), 'id'), key='id') }}

),

renamed as (

    select

        ---------- ids
        id as task_id,
        who_id,
        account_id,

        ---------- strings
        task_subtype as task_type,
        lower(status) as status,

        ---------- booleans
        coalesce(cast(is_closed as boolean), false) as is_closed,
        coalesce(cast(is_deleted as boolean), false) as is_deleted,

        ---------- dates and timestamps
        cast(cast(activity_date as timestamp) as date) as activity_date,
        cast(created_date as timestamp) as created_at

    from source

)

select * from renamed
