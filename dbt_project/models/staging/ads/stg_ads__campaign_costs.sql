with

source as (

    {{ newest_versions(source('raw_ads', 'campaign_costs'), key='cost_date, channel, campaign, ad_account') }}

),

renamed as (

    select

        ---------- ids
        campaign as campaign_code,
        ad_account,

        ---------- strings
        channel,
        upper(currency) as currency_code,

        ---------- numerics
        cast(cost as decimal(18, 2)) as cost_amount,
        cast(impressions as bigint) as impression_count,
        cast(clicks as bigint) as click_count,

        ---------- dates
        cast(cost_date as date) as cost_date

    from source

)

select * from renamed
