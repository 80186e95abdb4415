{#- A table, built entry by entry: what reads it part by part asks whose entries changed, and whose they were. -#}
{{ config(materialized='table', meta={
    'part': 'entry_id',
    'touched_by': {'raw_youzan.points': 'select entry_id from {input} where _delivery_date in {added}'},
}) }}

with

source as (

    {{ newest_versions(touched(source('raw_youzan', 'points'), 'entry_id'), key='entry_id') }}

),

renamed as (

    select

        ---------- ids
        entry_id,
        coalesce(benefit_card, mobile) as member_id,
        benefit_card,
        order_id,

        ---------- person
        mobile as phone,

        ---------- strings
        reason,

        ---------- numerics
        cast(points_change as bigint) as points_change,
        cast(points_balance as bigint) as points_balance,

        ---------- timestamps
        cast(changed_at as timestamp) as changed_at,
        _delivery_date as delivery_date,
        _row_number as row_number

    from source

)

select * from renamed
