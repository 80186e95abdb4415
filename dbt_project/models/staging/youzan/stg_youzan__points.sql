with

source as (

    {{ newest_versions(source('raw_youzan', 'points'), key='entry_id') }}

),

renamed as (

    select

        ---------- ids
        entry_id,
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
