{#-
  Built record by record: one follows from its own rows, a contact from its company's name, too, and who asks for help
  from all of his or her tickets.
-#}
{{ config(meta={
    'kind': 'record',
    'part': 'record_key',
    'touched_by': {
        'staging.stg_salesforce__contacts': "select concat('salesforce|contact|', contact_id) from {changes}",
        'staging.stg_salesforce__leads': "select concat('salesforce|lead|', lead_id) from {changes}",
        'staging.stg_salesforce__accounts': "
            select concat('salesforce|account|', account_id) from {changes}
            union all
            select concat('salesforce|contact|', contact_id) from staging.stg_salesforce__contacts
            where account_id in (select account_id from {changes})
        ",
        'staging.stg_zendesk__users': "select concat('zendesk|user|', user_id) from {changes}",
        'raw_zendesk.tickets': "
            select concat('zendesk|user|', requester_id) from {input}
            where id in (select id from {input} where _delivery_date in {added})
        ",
        'raw_retail.order_lines': "
            select concat('retail|customer|', customer_id) from {input} where _delivery_date in {added}
        ",
        'staging.stg_shopify__customers': "select concat('shopify|customer|', customer_id) from {changes}",
        'intermediate.int_shopify_buyers': "
            select concat('shopify|customer|', customer_id) from {changes} where customer_id is not null
            union all
            select concat('shopify|buyer|', buyer_id) from {changes} where buyer_id is not null
        ",
        'staging.stg_tmall__orders': "select concat('tmall|buyer|', buyer_nick) from {changes}",
        'staging.stg_youzan__customers': "select concat('youzan|member|', member_id) from {changes}",
        'intermediate.int_web_users': "select concat(source_system, '|web_user|', user_id) from {changes}",
    },
}) }}

with

accounts as (

    select * from {{ by_record(ref('stg_salesforce__accounts'), 'salesforce|account', 'account_id') }}

),

companies as (

    select
        account_id,
        company_name
    from {{ ref('stg_salesforce__accounts') }}

),

contacts as (

    select * from {{ by_record(ref('stg_salesforce__contacts'), 'salesforce|contact', 'contact_id') }}

),

leads as (

    select * from {{ by_record(ref('stg_salesforce__leads'), 'salesforce|lead', 'lead_id') }}

),

users as (

    select * from {{ by_record(ref('stg_zendesk__users'), 'zendesk|user', 'user_id') }}

),

tickets as (

    select * from {{ by_record(ref('stg_zendesk__tickets'), 'zendesk|user', 'requester_id') }}

),

shop_customers as (

    select * from {{ by_record(ref('int_shop_customers'), 'retail|customer', 'shop_customer_id') }}

),

shopify_people as (

    select * from {{ touched(
        ref('int_shopify_people'), "concat('shopify|', source_record_type, '|', source_record_id)", kind='record'
    ) }}

),

tmall_buyers as (

    select * from {{ by_record(ref('int_tmall_buyers'), 'tmall|buyer', 'buyer_nick') }}

),

members as (

    select * from {{ by_record(ref('stg_youzan__customers'), 'youzan|member', 'member_id') }}

),

web_users as (

    select * from {{ touched(ref('int_web_users'), "concat(source_system, '|web_user|', user_id)", kind='record') }}

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
        companies.company_name,
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
    left join companies
        on contacts.account_id = companies.account_id

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
