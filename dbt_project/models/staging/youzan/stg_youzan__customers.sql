{#- A table: what reads it part by part must be told which members changed. -#}
{{ config(materialized='table') }}

with

deliveries as (

    select * from {{ source('raw_youzan', 'customers') }}
    where _delivery_date <= {{ known_on() }}

),

newest_delivery as (

    select max(_delivery_date) as delivery_date from deliveries

),

-- The export has no key: a delivery is the whole list, and whoever is not on the newest has left it. A row needs a
-- card or a telephone to be anybody; of two rows with one card the later one counts.
listed as (

    select
        deliveries.*,
        coalesce(deliveries.benefit_card, deliveries.mobile) as member_id,
        row_number() over (
            partition by coalesce(deliveries.benefit_card, deliveries.mobile)
            order by deliveries._row_number desc, deliveries._row_hash desc
        ) as row_rank
    from deliveries
    inner join newest_delivery
        on deliveries._delivery_date = newest_delivery.delivery_date

),

renamed as (

    select

        ---------- ids
        member_id,
        benefit_card,

        ---------- person
        customer_name as full_name,
        nickname,
        mobile as phone,
        birth_date,
        gender,

        ---------- place
        region,
        wechat_region,
        member_store as store,

        ---------- strings
        level,
        source_channel,

        ---------- numerics
        cast(points as bigint) as points,
        cast(growth_value as bigint) as growth_value,
        cast(stored_value as decimal(18, 2)) as stored_value,

        ---------- booleans
        coalesce(cast(is_member as boolean), false) as is_member,

        ---------- timestamps
        cast(became_customer_at as timestamp) as became_customer_at,
        cast(became_member_at as timestamp) as became_member_at,
        cast(last_order_at as timestamp) as last_order_at,
        cast(last_visit_at as timestamp) as last_visit_at

    from listed
    where
        member_id is not null
        and row_rank = 1

)

select * from renamed
