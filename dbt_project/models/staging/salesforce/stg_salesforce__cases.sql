with

source as (

    {{ newest_versions(touched(source('raw_salesforce', 'cases'), "concat('salesforce|', id)"), key='id') }}

),

renamed as (

    select

        ---------- ids
        id as case_id,
        contact_id,
        account_id,

        ---------- strings
        lower(status) as status,
        lower(priority) as priority,
        lower(origin) as origin,
        lower(type) as case_type,

        ---------- numerics
        cast(satisfaction as bigint) as satisfaction,
        cast(reopen_count as bigint) as reopen_count,

        ---------- booleans
        coalesce(cast(is_closed as boolean), false) as is_closed,
        coalesce(cast(is_deleted as boolean), false) as is_deleted,

        ---------- timestamps
        cast(created_date as timestamp) as created_at,
        cast(last_modified_date as timestamp) as updated_at,
        cast(closed_date as timestamp) as closed_at,
        cast(first_response_at as timestamp) as first_response_at

    from source

)

select * from renamed
