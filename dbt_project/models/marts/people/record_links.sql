{#- Built by a link's first record: a link follows from its own row and from whose this record is. -#}
{{ config(meta={
    'kind': 'record',
    'part': 'record_key_a',
    'touched_by': {
        'intermediate.int_record_links': 'select record_key_a from {changes}',
        'marts.customer_records': 'select record_key from {changes}',
    },
}) }}

with

links as (

    select * from {{ touched(ref('int_record_links'), 'record_key_a', kind='record') }}

),

customer_records as (

    select * from {{ touched(ref('customer_records'), 'record_key', kind='record') }}

),

told as (

    select
        links.record_key_a,
        links.record_key_b,
        case when links.status = 'accepted' then customer_records.customer_id end as customer_id,
        links.rule,
        links.match_weight,
        links.match_probability,
        links.evidence,
        links.is_on_path,
        links.is_bridge,
        links.status
    from links
    inner join customer_records
        on links.record_key_a = customer_records.record_key

)

select * from told
