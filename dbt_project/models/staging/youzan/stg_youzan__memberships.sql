with

source as (

    select * from {{ source('raw_youzan', 'customers') }}
    where _delivery_date <= {{ known_on() }}

),

-- Every delivery is the whole list of customers; of two rows with one card the later one counts.
listed as (

    select
        *,
        coalesce(benefit_card, mobile) as listed_id,
        row_number() over (
            partition by _delivery_date, coalesce(benefit_card, mobile)
            order by _row_number desc, _row_hash desc
        ) as row_rank
    from source

),

renamed as (

    select

        ---------- ids
        listed_id as member_id,

        ---------- strings
        level as member_level,

        ---------- numerics
        cast(growth_value as bigint) as growth_value,

        ---------- booleans
        coalesce(cast(is_member as boolean), false) as is_member,

        ---------- timestamps
        cast(became_member_at as timestamp) as became_member_at,
        _delivery_date as delivery_date

    from listed
    where
        listed_id is not null
        and row_rank = 1

)

select * from renamed
