{{ config(materialized='ephemeral') }}

with

points as (

    select * from {{ touched(ref('stg_youzan__points'), 'entry_id') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}
    where
        source_system = 'youzan'
        and source_record_type = 'member'

),

numbered as (

    select
        *,
        row_number() over (
            partition by member_id
            order by changed_at, delivery_date, row_number, entry_id
        ) as entry_number
    from points

),

-- A ledger that begins in the middle begins with what was there: changes then add up to the balance.
entries as (

    select
        concat(entry_id, '|opening') as entry_id,
        member_id,
        changed_at,
        points_balance - points_change as points_change,
        points_balance - points_change as points_balance,
        'opening' as kind
    from numbered
    where
        entry_number = 1
        and points_balance <> points_change

    union all

    select
        entry_id,
        member_id,
        changed_at,
        points_change,
        points_balance,
        reason
    from numbered

),

keyed as (

    select
        entries.entry_id,
        customer_records.customer_id,
        entries.changed_at as occurred_at,
        entries.points_change,
        entries.points_balance as balance,
        coalesce(entries.kind, 'other') as kind
    from entries
    left join customer_records
        on entries.member_id = customer_records.source_record_id

)

select * from keyed
