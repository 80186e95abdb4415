with

identifiers as (

    select * from {{ ref('int_record_identifiers') }}
    where identifier_type in ('email', 'phone')

),

dummy_identifiers as (

    select * from {{ ref('dummy_identifiers') }}

),

identifier_limits as (

    select * from {{ ref('identifier_limits') }}

),

person_records as (

    select * from {{ ref('int_person_records') }}

),

carriers as (

    select
        identifiers.identifier_type,
        identifiers.identifier_value,
        person_records.source_system,
        person_records.source_record_type,
        person_records.entity_type,
        lower(replace(person_records.full_name, ' ', '')) as spelled_name
    from identifiers
    inner join person_records
        on identifiers.record_key = person_records.record_key

),

records_per_system as (

    select
        identifier_type,
        identifier_value,
        source_system,
        count(*) as record_count,
        max(case when entity_type = 'account' then 1 else 0 end) as is_of_a_company
    from carriers
    group by identifier_type, identifier_value, source_system

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

names_per_kind as (

    select
        identifier_type,
        identifier_value,
        source_system,
        source_record_type,
        count(distinct spelled_name) as name_count
    from carriers
    group by identifier_type, identifier_value, source_system, source_record_type

),

carried_under_many_names as (

    select distinct
        names_per_kind.identifier_type,
        names_per_kind.identifier_value
    from names_per_kind
    inner join identifier_limits
        on
            names_per_kind.identifier_type = identifier_limits.identifier_type
            and names_per_kind.source_system = identifier_limits.source_system
            and names_per_kind.source_record_type = identifier_limits.source_record_type
    where names_per_kind.name_count > identifier_limits.max_names

),

judged as (

    select
        carried_by.identifier_type,
        carried_by.identifier_value,
        carried_by.max_record_count,
        case
            when dummy_identifiers.identifier_value is not null then 'dummy'
            when carried_by.is_of_a_company = 1 then 'company'
            when carried_by.max_record_count > {{ var('max_records_per_identifier') }} then 'many_records'
            when carried_under_many_names.identifier_value is not null then 'many_names'
        end as reason
    from carried_by
    left join dummy_identifiers
        on
            carried_by.identifier_type = dummy_identifiers.identifier_type
            and carried_by.identifier_value = dummy_identifiers.identifier_value
    left join carried_under_many_names
        on
            carried_by.identifier_type = carried_under_many_names.identifier_type
            and carried_by.identifier_value = carried_under_many_names.identifier_value

),

shared as (

    select * from judged
    where reason is not null

)

select * from shared
