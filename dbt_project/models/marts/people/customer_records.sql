{#-
  Built record by record: whose a record is follows from its own row, its own assignments and its own links. Those who
  follow it ask whose it is, and not how sure that is, which changes with every record that comes beside it.
-#}
{{ config(meta={
    'kind': 'record',
    'part': 'record_key',
    'tells': 'record_key, customer_id, source_system, source_record_type, source_record_id, entity_type',
    'touched_by': {
        'intermediate.int_person_records': 'select record_key from {changes}',
        'intermediate.customer_crosswalk': 'select record_key from {changes}',
        'intermediate.int_record_links': '
            select record_key_a from {changes}
            union all
            select record_key_b from {changes}
        ',
    },
}) }}
{%- set asked_for = known_on() if var('known_on', none) else "cast('9999-12-31' as date)" -%}
with

person_records as (

    select * from {{ touched(ref('int_person_records'), 'record_key', kind='record') }}

),

crosswalk as (

    select * from {{ touched(ref('customer_crosswalk'), 'record_key', kind='record') }}

),

-- Asked what was known on a day, the log answers as it stood then; a record that no run had given to anybody yet is
-- whose it became first.
newest_first as (

    select
        *,
        row_number() over (
            partition by record_key
            order by
                case when assigned_as_of <= {{ asked_for }} then assignment_number end desc nulls last,
                assignment_number
        ) as recency_rank
    from crosswalk

),

ends as (

    select
        record_key_a as record_key,
        rule,
        identifier_type,
        match_probability
    from {{ touched(ref('int_record_links'), 'record_key_a', kind='record') }}
    where
        status = 'accepted'
        and is_on_path

    union all

    select
        record_key_b as record_key,
        rule,
        identifier_type,
        match_probability
    from {{ touched(ref('int_record_links'), 'record_key_b', kind='record') }}
    where
        status = 'accepted'
        and is_on_path

),

strengths as (

    select
        record_key,
        min(
            case
                when rule = 'override' then 1
                when rule = 'statement' then 2
                when rule = 'strong_id' and identifier_type = 'email' then 3
                when rule = 'strong_id' and identifier_type = 'phone' then 4
                else 5
            end
        ) as strength,
        max(match_probability) as match_probability
    from ends
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
            when 1 then 'override'
            when 2 then 'statement'
            when 3 then 'email'
            when 4 then 'phone'
            when 5 then 'probabilistic'
            else 'alone'
        end as matched_by,
        newest_first.assigned_as_of,
        case
            when strengths.strength between 3 and 5 then strengths.match_probability
            else cast(1 as double)
        end as match_probability
    from person_records
    inner join newest_first
        on
            person_records.record_key = newest_first.record_key
            and newest_first.recency_rank = 1
    left join strengths
        on person_records.record_key = strengths.record_key

)

select * from records
