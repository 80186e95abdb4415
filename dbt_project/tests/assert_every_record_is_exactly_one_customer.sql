{{ config(group='identity') }}

-- Every source record has a customer in dim_customers, and dim_customers holds nobody else.

with

person_records as (

    select record_key from {{ ref('int_person_records') }}

),

customer_records as (

    select
        record_key,
        customer_id
    from {{ ref('customer_records') }}

),

customers as (

    select customer_id from {{ ref('dim_customers') }}

)

select
    person_records.record_key as source_record,
    customer_records.record_key as mapped_record,
    customer_records.customer_id as mapped_customer,
    customers.customer_id as known_customer
from person_records
full outer join customer_records
    on person_records.record_key = customer_records.record_key
full outer join customers
    on customer_records.customer_id = customers.customer_id
where
    person_records.record_key is null
    or customer_records.record_key is null
    or customers.customer_id is null
