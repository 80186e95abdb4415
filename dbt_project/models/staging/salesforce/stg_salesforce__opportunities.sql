with

source as (

    {{ newest_versions(source('raw_salesforce', 'opportunities'), key='id') }}

),

renamed as (

    select

        ---------- ids
        id as opportunity_id,
        account_id,
        campaign_id,
        owner_id,

        ---------- strings
        stage_name,
        type as opportunity_type,
        lead_source,
        loss_reason,
        competitor,
        upper(currency_iso_code) as currency_code,

        ---------- numerics
        cast(amount as decimal(18, 2)) as amount,
        cast(cast(probability as decimal(38, 9)) / 100 as decimal(18, 4)) as probability,

        ---------- booleans
        coalesce(cast(is_closed as boolean), false) as is_closed,
        coalesce(cast(is_won as boolean), false) as is_won,
        coalesce(cast(is_deleted as boolean), false) as is_deleted,

        ---------- dates and timestamps
        cast(cast(close_date as timestamp) as date) as close_date,
        cast(created_date as timestamp) as created_at

    from source

)

select * from renamed
