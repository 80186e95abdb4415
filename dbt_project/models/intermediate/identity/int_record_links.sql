with

identifiers as (

    select * from {{ ref('int_record_identifiers') }}

),

identifiers_shared as (

    select * from {{ ref('int_identifiers_shared') }}

),

person_records as (

    select * from {{ ref('int_person_records') }}

),

-- People link to people and companies to companies, never one to the other.
telling as (

    select
        identifiers.record_key,
        person_records.entity_type,
        identifiers.identifier_type,
        identifiers.identifier_value
    from identifiers
    inner join person_records
        on identifiers.record_key = person_records.record_key
    left join identifiers_shared
        on
            identifiers.identifier_type = identifiers_shared.identifier_type
            and identifiers.identifier_value = identifiers_shared.identifier_value
    where identifiers_shared.identifier_value is null

),

carried as (

    select
        *,
        min(record_key) over (
            partition by entity_type, identifier_type, identifier_value
        ) as hub_record_key,
        count(*) over (
            partition by entity_type, identifier_type, identifier_value
        ) as record_count
    from telling

),

links as (

    select
        record_key,
        entity_type,
        identifier_type,
        identifier_value,
        hub_record_key
    from carried
    where record_count > 1

)

select * from links
