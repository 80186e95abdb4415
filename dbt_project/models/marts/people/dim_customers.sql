with

customer_records as (

    select * from {{ ref('customer_records') }}

),

person_records as (

    select * from {{ ref('int_person_records') }}

),

source_priority as (

    select * from {{ ref('source_priority') }}

),

-- Whom to believe: the systems in the order of source_priority; of one system the newest record.
ranked as (

    select
        customer_records.customer_id,
        person_records.*,
        row_number() over (
            partition by customer_records.customer_id
            order by
                source_priority.priority nulls last,
                person_records.source_system,
                person_records.last_seen_at desc nulls last,
                person_records.record_key
        ) as golden_rank
    from customer_records
    inner join person_records
        on customer_records.record_key = person_records.record_key
    left join source_priority
        on person_records.source_system = source_priority.source_system

),

customers as (

    select
        customer_id,
        min(entity_type) as entity_type,
        min_by(full_name, golden_rank) filter (where full_name is not null) as full_name,
        min_by(email, golden_rank) filter (where email is not null) as email,
        min_by(phone, golden_rank) filter (where phone is not null) as phone,
        min_by(company_name, golden_rank) filter (where company_name is not null) as company_name,
        min_by(city, golden_rank) filter (where city is not null) as city,
        min_by(country, golden_rank) filter (where country is not null) as country,
        count(*) as record_count,
        {{ sorted_list('source_system') }} as source_systems,
        cast(min(first_seen_at) as date) as first_seen_date,
        cast(max(last_seen_at) as date) as last_seen_date
    from ranked
    group by customer_id

)

select * from customers
