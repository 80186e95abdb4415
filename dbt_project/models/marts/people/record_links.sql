with

links as (

    select * from {{ ref('int_record_links') }}

),

customer_records as (

    select * from {{ ref('customer_records') }}

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
