with

customers as (

    select
        customer_id,
        count(*) as record_count
    from {{ ref('customer_records') }}
    group by customer_id

),

sizes as (

    select
        record_count,
        count(*) as customer_count
    from customers
    group by record_count

)

select * from sizes
