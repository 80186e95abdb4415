with

source as (

    {{ newest_versions(source('raw_youzan', 'balances'), key='entry_id') }}

),

renamed as (

    select

        ---------- ids
        entry_id,
        benefit_card,
        order_id,

        ---------- strings
        reason,

        ---------- numerics
        cast(amount_change as decimal(18, 2)) as amount_change,
        cast(balance as decimal(18, 2)) as balance_amount,

        ---------- timestamps
        cast(changed_at as timestamp) as changed_at

    from source

)

select * from renamed
