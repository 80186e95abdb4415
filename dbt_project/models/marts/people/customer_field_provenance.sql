{%- set fields = ['full_name', 'given_name', 'family_name', 'gender', 'birth_date', 'email', 'phone', 'company_name',
    'address', 'city', 'province', 'country', 'owner_id', 'member_number', 'member_level', 'parent_record_key',
    'consent_email', 'consent_phone', 'consent_sms'] -%}
{#- Built customer by customer: a field follows from the customer's records. -#}
{%- set of_records = "
    select customer_id from marts.customer_records where record_key in (select record_key from {changes})
" -%}
{{ config(meta={
    'part': 'customer_id',
    'touched_by': {
        'marts.customer_records': 'select customer_id from {changes}',
        'intermediate.int_person_records': of_records,
        'intermediate.int_person_attributes': of_records,
    },
}) }}
with

customer_records as (

    select * from {{ touched(ref('customer_records'), 'customer_id') }}

),

person_records as (

    select * from {{ ref('int_person_records') }}

),

attributes as (

    select * from {{ ref('int_person_attributes') }}

),

rules as (

    select * from {{ ref('survivorship_rules') }}

),

records as (

    select
        customer_records.customer_id,
        person_records.record_key,
        person_records.source_system,
        person_records.last_seen_at,
        person_records.full_name,
        person_records.email,
        person_records.phone,
        person_records.company_name,
        person_records.country,
        coalesce(person_records.city, attributes.other_city) as city,
        attributes.given_name,
        attributes.family_name,
        attributes.gender,
        attributes.birth_date,
        attributes.address,
        attributes.province,
        attributes.owner_id,
        attributes.consent_email,
        attributes.consent_phone,
        attributes.consent_sms,
        attributes.member_number,
        attributes.member_level,
        attributes.parent_record_key
    from customer_records
    inner join person_records
        on customer_records.record_key = person_records.record_key
    left join attributes
        on person_records.record_key = attributes.record_key

),

candidates as (
    {%- for field in fields %}

    select
        customer_id,
        '{{ field }}' as field,
        cast({{ field }} as {{ dbt.type_string() }}) as value,
        record_key,
        source_system,
        last_seen_at
    from records
    where {{ field }} is not null
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

),

-- Whom to believe: the sources in the order the seed names, then the newest and the most complete, either first. What
-- is masked is believed by nobody who knows better.
ranked as (

    select
        candidates.*,
        concat(
            '{"value":', {{ json_quoted('candidates.value') }},
            ',"record":', {{ json_quoted('candidates.record_key') }}, '}'
        ) as spoken,
        rules.then_by,
        case
            when position(candidates.source_system in rules.source_order) > 0
                then position(candidates.source_system in rules.source_order)
            else 999
        end as source_position,
        row_number() over (
            partition by candidates.customer_id, candidates.field
            order by
                case when candidates.value like '%*%' then 1 else 0 end,
                case
                    when position(candidates.source_system in rules.source_order) > 0
                        then position(candidates.source_system in rules.source_order)
                    else 999
                end,
                case when rules.then_by = 'most_complete' then -length(candidates.value) end,
                candidates.last_seen_at desc nulls last,
                -length(candidates.value),
                candidates.record_key
        ) as golden_rank
    from candidates
    inner join rules
        on candidates.field = rules.field

),

winners as (

    select * from ranked
    where golden_rank = 1

),

-- The best of those who say something else is what the winner won against.
rivals as (

    select
        ranked.customer_id,
        ranked.field,
        min(ranked.source_position) as source_position,
        max(case when ranked.source_position = winners.source_position then ranked.last_seen_at end) as last_seen_at,
        max(case when ranked.source_position = winners.source_position then length(ranked.value) end) as value_length,
        {{ ordered_list('ranked.spoken', 'ranked.golden_rank') }} as losers
    from ranked
    inner join winners
        on
            ranked.customer_id = winners.customer_id
            and ranked.field = winners.field
            and ranked.value <> winners.value
    group by ranked.customer_id, ranked.field

),

provenance as (

    select
        winners.customer_id,
        winners.field,
        winners.value,
        winners.record_key,
        winners.source_system,
        case
            when rivals.customer_id is null then 'undisputed'
            when rivals.source_position <> winners.source_position then 'source_order'
            when
                winners.then_by = 'most_complete' and rivals.value_length <> length(winners.value)
                then 'most_complete'
            when coalesce(rivals.last_seen_at <> winners.last_seen_at, rivals.last_seen_at is null) then 'most_recent'
            when rivals.value_length <> length(winners.value) then 'most_complete'
            else 'record_order'
        end as rule,
        concat('[', coalesce(rivals.losers, ''), ']') as losing_values
    from winners
    left join rivals
        on
            winners.customer_id = rivals.customer_id
            and winners.field = rivals.field

)

select * from provenance
