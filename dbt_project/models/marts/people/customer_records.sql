with

person_records as (

    select * from {{ ref('int_person_records') }}

),

crosswalk as (

    select * from {{ ref('customer_crosswalk') }}

),

links as (

    select * from {{ ref('int_record_links') }}

),

newest_first as (

    select
        *,
        row_number() over (partition by record_key order by assignment_number desc) as recency_rank
    from crosswalk

),

strengths as (

    select
        record_key,
        min(case identifier_type when 'source_id' then 1 when 'email' then 2 else 3 end) as strength
    from links
    group by record_key

),

records as (

    select
        person_records.record_key,
        newest_first.customer_id,
        person_records.source_system,
        person_records.source_record_type,
        person_records.source_record_id,
        person_records.entity_type,
        case strengths.strength
            when 1 then 'source_id'
            when 2 then 'email'
            when 3 then 'phone'
            else 'alone'
        end as matched_by,
        newest_first.assigned_as_of
    from person_records
    inner join newest_first
        on
            person_records.record_key = newest_first.record_key
            and newest_first.recency_rank = 1
    left join strengths
        on person_records.record_key = strengths.record_key

)

select * from records
