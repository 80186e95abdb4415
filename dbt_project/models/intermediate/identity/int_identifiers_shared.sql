with

identifiers as (

    select * from {{ ref('int_record_identifiers') }}
    where identifier_type in ('email', 'phone')

),

dummy_identifiers as (

    select * from {{ ref('dummy_identifiers') }}

),

person_records as (

    select * from {{ ref('int_person_records') }}

),

records_per_system as (

    select
        identifiers.identifier_type,
        identifiers.identifier_value,
        person_records.source_system,
        count(*) as record_count,
        max(case when person_records.entity_type = 'account' then 1 else 0 end) as is_of_a_company
    from identifiers
    inner join person_records
        on identifiers.record_key = person_records.record_key
    group by identifiers.identifier_type, identifiers.identifier_value, person_records.source_system

),

carried_by as (

    select
        identifier_type,
        identifier_value,
        max(record_count) as max_record_count,
        max(is_of_a_company) as is_of_a_company
    from records_per_system
    group by identifier_type, identifier_value

),

shared as (

    select
        carried_by.identifier_type,
        carried_by.identifier_value,
        carried_by.max_record_count,
        case
            when dummy_identifiers.identifier_value is not null then 'dummy'
            when carried_by.is_of_a_company = 1 then 'company'
            else 'many_records'
        end as reason
    from carried_by
    left join dummy_identifiers
        on
            carried_by.identifier_type = dummy_identifiers.identifier_type
            and carried_by.identifier_value = dummy_identifiers.identifier_value
    where
        dummy_identifiers.identifier_value is not null
        or carried_by.is_of_a_company = 1
        or carried_by.max_record_count > {{ var('max_records_per_identifier') }}

)

select * from shared
