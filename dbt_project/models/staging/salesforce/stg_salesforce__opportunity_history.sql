with

source as (

    {{ newest_versions(source('raw_salesforce', 'opportunity_history'), key='id') }}

),

renamed as (

    select

        ---------- ids
        id as opportunity_history_id,
        opportunity_id,

        ---------- strings
        stage_name,
        upper(currency_iso_code) as currency_code,

        ---------- numerics
        cast(amount as decimal(18, 2)) as amount,
        cast(cast(probability as decimal(38, 9)) / 100 as decimal(18, 4)) as probability,

        ---------- booleans
        coalesce(cast(is_deleted as boolean), false) as is_deleted,

        ---------- dates and timestamps
        cast(cast(close_date as timestamp) as date) as close_date,
        cast(created_date as timestamp) as changed_at

    from source

)

select * from renamed
