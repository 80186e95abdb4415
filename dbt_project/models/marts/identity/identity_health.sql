with

customers as (

    select
        customer_id,
        count(*) as record_count,
        max(match_probability) as match_probability
    from {{ ref('customer_records') }}
    group by customer_id

),

links as (

    select * from {{ ref('int_record_links') }}

),

today as (

    select * from {{ ref('customer_id_history') }}
    where happened_as_of = {{ as_of_date() }}

),

parameters_ranked as (

    select
        *,
        dense_rank() over (order by trained_as_of desc) as training_rank
    from {{ ref('int_match_parameters') }}
    where
        comparison <> 'share'
        and level_number > 0

),

drifts as (

    select max(abs(newest.match_weight - older.match_weight)) as drift
    from parameters_ranked as newest
    inner join parameters_ranked as older
        on
            newest.comparison = older.comparison
            and newest.level_number = older.level_number
            and newest.training_rank = 1
            and older.training_rank = 2

),

measures as (

    select
        'customers' as measure,
        cast(count(*) as double) as measured
    from customers

    union all

    select
        'customers_of_several_records',
        cast(sum(case when record_count > 1 then 1 else 0 end) as double)
    from customers

    union all

    select
        'largest_customer',
        cast(max(record_count) as double)
    from customers

    union all

    select
        'bridges',
        cast(sum(case when is_bridge and status = 'accepted' then 1 else 0 end) as double)
    from links

    union all

    select
        concat('pairs_', status),
        cast(count(*) as double)
    from links
    where status <> 'accepted'
    group by status

    union all

    select
        concat('links_', rule),
        cast(count(*) as double)
    from links
    where
        status = 'accepted'
        and is_on_path
    group by rule

    union all

    select
        concat('today_', event),
        cast(count(*) as double)
    from today
    group by event

    union all

    select
        'drift_of_match_weights_bits',
        coalesce(drift, 0)
    from drifts

),

health as (

    select
        {{ as_of_date() }} as as_of_date,
        measure,
        measured as value
    from measures

)

select * from health
