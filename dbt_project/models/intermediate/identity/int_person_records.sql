with

accounts as (

    select * from {{ ref('stg_salesforce__accounts') }}

),

contacts as (

    select * from {{ ref('stg_salesforce__contacts') }}

),

leads as (

    select * from {{ ref('stg_salesforce__leads') }}

),

users as (

    select * from {{ ref('stg_zendesk__users') }}

),

tickets as (

    select * from {{ ref('stg_zendesk__tickets') }}

),

shop_customers as (

    select * from {{ ref('int_shop_customers') }}

),

shopify_people as (

    select * from {{ ref('int_shopify_people') }}

),

tmall_buyers as (

    select * from {{ ref('int_tmall_buyers') }}

),

members as (

    select * from {{ ref('stg_youzan__customers') }}

),

web_users as (

    select * from {{ ref('int_web_users') }}

),

-- A ticket may come from somebody the user export does not hold. That somebody is still a person.
unexplained_requesters as (

    select
        tickets.requester_id,
        min(tickets.created_at) as first_seen_at,
        max(tickets.updated_at) as last_seen_at
    from tickets
    left join users
        on tickets.requester_id = users.user_id
    where users.user_id is null
    group by tickets.requester_id

),

records as (

    select
        'salesforce' as source_system,
        'contact' as source_record_type,
        contacts.contact_id as source_record_id,
        'person' as entity_type,
        contacts.full_name,
        contacts.email,
        coalesce(contacts.mobile_phone, contacts.phone, contacts.home_phone) as phone,
        accounts.company_name,
        contacts.city,
        contacts.country,
        contacts.created_at as first_seen_at,
        contacts.updated_at as last_seen_at,
        cast(null as {{ dbt.type_string() }}) as nickname,
        cast(null as {{ dbt.type_string() }}) as gender,
        contacts.birth_date,
        contacts.street,
        contacts.postcode,
        contacts.province as region
    from contacts
    left join accounts
        on contacts.account_id = accounts.account_id

    union all

    select
        'salesforce', 'lead', lead_id, 'person', full_name, email, phone, company_name, city, country,
        created_at, updated_at, null, null, null, street, postcode, province
    from leads

    union all

    select
        'salesforce', 'account', account_id, 'account', null, null, phone, company_name, city, country,
        created_at, updated_at, null, null, null, null, null, null
    from accounts

    union all

    select
        'zendesk', 'user', user_id, 'person', full_name, email, phone, null, null, null,
        created_at, updated_at, null, null, null, null, null, null
    from users
    where role = 'end-user'

    union all

    select
        'zendesk', 'user', requester_id, 'person', null, null, null, null, null, null,
        first_seen_at, last_seen_at, null, null, null, null, null, null
    from unexplained_requesters

    union all

    select
        'retail', 'customer', shop_customer_id, 'person', null, null, null, null, null, country,
        first_seen_at, last_seen_at, null, null, null, null, null, null
    from shop_customers

    union all

    select
        'shopify', source_record_type, source_record_id, 'person', full_name, email, phone, company_name, city, country,
        first_seen_at, last_seen_at, null, null, birth_date, street, postcode, province
    from shopify_people

    union all

    select
        'tmall', 'buyer', buyer_nick, 'person', full_name, null, phone, null, city, null,
        first_seen_at, last_seen_at, buyer_nick as nickname, null, null, null, null, null
    from tmall_buyers

    union all

    select
        'youzan', 'member', member_id, 'person', coalesce(full_name, nickname), null, phone, null,
        coalesce(region, wechat_region), null, became_customer_at, coalesce(last_order_at, became_customer_at),
        nickname, gender, birth_date, null, null, null
    from members

    union all

    select
        source_system, 'web_user', user_id, 'person', full_name, email, phone, null, null, null,
        first_seen_at, last_seen_at, null, null, null, null, null, null
    from web_users

),

keyed as (

    select
        concat(source_system, '|', source_record_type, '|', source_record_id) as record_key,
        *
    from records

)

select * from keyed
