with

source as (

    {{ newest_versions(source('raw_zendesk', 'users'), key='id') }}

),

renamed as (

    select

        ---------- ids
        id as user_id,
        external_id,

        ---------- person
        name as full_name,
        email,
        phone,

        ---------- strings
        lower(role) as role,

        ---------- timestamps
        cast(created_at as timestamp) as created_at,
        cast(updated_at as timestamp) as updated_at

    from source

)

select * from renamed
