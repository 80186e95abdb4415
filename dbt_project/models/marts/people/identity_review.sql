with

links as (

    select * from {{ ref('int_record_links') }}
    where rule <> 'override'

),

doubtful as (

    select
        concat(record_key_a, ' ~ ', record_key_b) as review_id,
        case status when 'held_back' then 'cluster' else 'pair' end as kind,
        record_key_a,
        record_key_b,
        match_probability,
        case
            when status = 'accepted' then 'bridge'
            else status
        end as reason,
        cast(2 as {{ dbt.type_bigint() }}) as record_count
    from links
    where
        status in ('grey', 'held_back', 'apart')
        or (
            is_bridge
            and rule = 'probabilistic'
        )

)

select * from doubtful
