{#-
  Built order by order. An account that changes touches the orders it had, and those under its e-mail or telephone, as it
  was and as it is.
-#}
{{ config(meta={
    'part': 'order_id',
    'touched_by': {
        'staging.stg_shopify__orders': 'select order_id from {changes}',
        'staging.stg_shopify__customers':
            'select order_id from {this} where customer_id in (select customer_id from {changes})'
            ~ ' union all select order_id from {this} where email in (select email_address from {changes})'
            ~ ' union all select order_id from {this} where phone in (select phone_number from {changes})',
    },
}) }}

with

orders as (

    select
        order_id,
        ordered_at,
        first_delivery_date,
        billing_name as full_name,
        company_name,
        shipping_street as street,
        shipping_zip as postcode,
        shipping_city as city,
        country,
        {{ email_address('email') }} as email,
        {{ phone_digits('phone') }} as phone_digits
    from {{ touched(ref('stg_shopify__orders'), 'order_id') }}

),

customers as (

    select
        customer_id,
        full_name,
        first_delivery_date,
        email_address as email,
        phone_number as phone
    from {{ ref('stg_shopify__customers') }}

),

orders_told as (

    select
        *,
        {{ phone_number('phone_digits') }} as phone
    from orders

),

dummy_identifiers as (

    select * from {{ ref('dummy_identifiers') }}

),

-- What people type to get past a required field says nothing about who they are.
signed as (

    select
        orders_told.order_id,
        orders_told.ordered_at,
        orders_told.first_delivery_date,
        orders_told.full_name,
        orders_told.company_name,
        orders_told.street,
        orders_told.postcode,
        orders_told.city,
        orders_told.country,
        case when dummy_emails.identifier_value is null then orders_told.email end as email,
        case when dummy_phones.identifier_value is null then orders_told.phone end as phone
    from orders_told
    left join dummy_identifiers as dummy_emails
        on
            orders_told.email = dummy_emails.identifier_value
            and dummy_emails.identifier_type = 'email'
    left join dummy_identifiers as dummy_phones
        on
            orders_told.phone = dummy_phones.identifier_value
            and dummy_phones.identifier_type = 'phone'

),

-- A family may share one mailbox: a guest is a contact point and the name that was given with it.
guests as (

    select
        order_id,
        concat(coalesce(email, phone), case when full_name is null then '' else '|' end, lower(coalesce(full_name, '')))
            as guest_id
    from signed
    where coalesce(email, phone) is not null

),

-- The shop files an order under the account with its e-mail. A till often takes no e-mail: then the telephone counts.
candidates as (

    select
        signed.order_id,
        customers.customer_id,
        customers.first_delivery_date,
        case when signed.phone = customers.phone then 0 else 1 end as is_other_phone,
        case when signed.full_name = customers.full_name then 0 else 1 end as is_other_name
    from signed
    inner join customers
        on signed.email = customers.email

    union all

    select
        signed.order_id,
        customers.customer_id,
        customers.first_delivery_date,
        0,
        case when signed.full_name = customers.full_name then 0 else 1 end
    from signed
    inner join customers
        on signed.phone = customers.phone
    where signed.email is null

),

ranked as (

    select
        order_id,
        customer_id,
        first_delivery_date,
        row_number() over (
            partition by order_id
            order by is_other_phone, is_other_name, customer_id
        ) as candidate_rank
    from candidates

),

-- Whoever ordered before an account was listed stays known as a guest beside it: the account then finds its customer.
buyers as (

    select
        signed.order_id,
        case
            when ranked.customer_id is not null then concat('shopify|customer|', ranked.customer_id)
            else concat('shopify|buyer|', guests.guest_id)
        end as record_key,
        ranked.customer_id,
        case
            when ranked.customer_id is null or signed.first_delivery_date < ranked.first_delivery_date
                then guests.guest_id
        end as buyer_id,
        signed.full_name,
        signed.email,
        signed.phone,
        signed.company_name,
        signed.street,
        signed.postcode,
        signed.city,
        signed.country,
        signed.ordered_at
    from signed
    left join ranked
        on
            signed.order_id = ranked.order_id
            and ranked.candidate_rank = 1
    left join guests
        on signed.order_id = guests.order_id
    where coalesce(ranked.customer_id, signed.email, signed.phone) is not null

)

select * from buyers
