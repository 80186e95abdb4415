{{ config(materialized='table') }}

with

memberships as (

    select * from {{ ref('stg_youzan__memberships') }}
    where is_member

),

customer_records as (

    select * from {{ ref('customer_records') }}
    where
        source_system = 'youzan'
        and source_record_type = 'member'

),

-- A level holds from the delivery that first told it.
told as (

    select
        *,
        lag(member_level) over (partition by member_id order by delivery_date) as previous_level,
        lag(delivery_date) over (partition by member_id order by delivery_date) as previous_date
    from memberships

),

keyed as (

    select
        customer_records.customer_id,
        {{ dbt.hash('told.member_id') }} as membership_id,
        told.member_level,
        told.growth_value,
        told.became_member_at,
        told.delivery_date as valid_from
    from told
    inner join customer_records
        on told.member_id = customer_records.source_record_id
    where
        told.previous_date is null
        or told.member_level <> told.previous_level

)

select * from keyed
