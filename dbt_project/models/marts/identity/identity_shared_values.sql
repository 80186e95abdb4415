with

identifiers as (

    select
        identifier_type,
        identifier_value,
        count(*) as record_count
    from {{ ref('int_record_identifiers') }}
    where identifier_type in ('email', 'phone')
    group by identifier_type, identifier_value

),

judged as (

    select
        identifiers.identifier_type,
        coalesce(shared.strength, 'personal') as strength,
        count(*) as value_count,
        cast(sum(identifiers.record_count) as {{ dbt.type_bigint() }}) as record_count
    from identifiers
    left join {{ ref('int_identifiers_shared') }} as shared
        on
            identifiers.identifier_type = shared.identifier_type
            and identifiers.identifier_value = shared.identifier_value
    group by identifiers.identifier_type, coalesce(shared.strength, 'personal')

)

select * from judged
