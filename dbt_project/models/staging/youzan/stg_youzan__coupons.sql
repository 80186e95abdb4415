with

source as (

    {{ newest_versions(source('raw_youzan', 'coupons'), key='coupon_id') }}

),

renamed as (

    select

        ---------- ids
        coupon_id,
        coupon_code,
        benefit_card,
        order_id,

        ---------- person
        mobile as phone,

        ---------- strings
        coupon_name,
        discount,
        status,
        store,

        ---------- numerics
        cast(saved_amount as decimal(18, 2)) as saved_amount,

        ---------- timestamps
        cast(claimed_at as timestamp) as claimed_at,
        cast(expires_at as timestamp) as expires_at,
        cast(used_at as timestamp) as used_at

    from source

)

select * from renamed
