with

customers as (

    select * from {{ by_record(ref('stg_shopify__customers'), 'shopify|customer', 'customer_id') }}

),


-- The shop does not say when an account was made, so it is first seen with its first order.
orders_of_customers as (

    select
        customer_id,
        min(ordered_at) as first_seen_at,
        max(ordered_at) as last_seen_at
    from {{ by_record(ref('int_shopify_buyers'), 'shopify|customer', 'customer_id') }}
    where customer_id is not null
    group by customer_id

),

newest_first as (

    select
        *,
        row_number() over (partition by buyer_id order by ordered_at desc, order_id desc) as order_rank
    from {{ by_record(ref('int_shopify_buyers'), 'shopify|buyer', 'buyer_id') }}
    where buyer_id is not null

),

guests as (

    select
        buyer_id,
        min_by(full_name, order_rank) filter (where full_name is not null) as full_name,
        min_by(email, order_rank) filter (where email is not null) as email,
        min_by(phone, order_rank) filter (where phone is not null) as phone,
        min_by(company_name, order_rank) filter (where company_name is not null) as company_name,
        min_by(street, order_rank) filter (where street is not null) as street,
        min_by(postcode, order_rank) filter (where postcode is not null) as postcode,
        min_by(city, order_rank) filter (where city is not null) as city,
        min_by(country, order_rank) filter (where country is not null) as country,
        min(ordered_at) as first_seen_at,
        max(ordered_at) as last_seen_at
    from newest_first
    group by buyer_id

),

people as (

    select
        'customer' as source_record_type,
        customers.customer_id as source_record_id,
        customers.full_name,
        customers.email,
        coalesce(customers.phone, customers.address_phone) as phone,
        customers.company_name,
        cast(customers.birth_date as {{ dbt.type_string() }}) as birth_date,
        customers.street,
        customers.postcode,
        customers.province,
        customers.city,
        customers.country,
        orders_of_customers.first_seen_at,
        orders_of_customers.last_seen_at
    from customers
    left join orders_of_customers
        on customers.customer_id = orders_of_customers.customer_id

    union all

    select
        'buyer',
        buyer_id,
        full_name,
        email,
        phone,
        company_name,
        null,
        street,
        postcode,
        null,
        city,
        country,
        first_seen_at,
        last_seen_at
    from guests

)

select * from people
