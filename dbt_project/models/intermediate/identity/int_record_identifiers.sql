{#-
  Built record by record: what is known of a record follows from its own rows, and what it states of a shop's customer
  from whether there is one of that number.
-#}
{{ config(meta={
    'kind': 'record',
    'part': 'record_key',
    'touched_by': {
        'intermediate.int_person_records': "
            with shop_ids as (
                select max(source_record_id) as shop_customer_id from {changes}
                where source_record_type = 'customer'
                group by record_key
                having count(*) = 1
            )

            select record_key from {changes}
            union all
            select concat('zendesk|user|', user_id) from staging.stg_zendesk__users where external_id in (from shop_ids)
            union all
            select record_key from intermediate.int_person_records
            where source_record_type = 'web_user' and source_record_id in (from shop_ids)
            union all
            select concat('salesforce|contact|', contact_id) from staging.stg_salesforce__campaign_members
            where shop_customer_id in (from shop_ids)
            union all
            select concat('salesforce|lead|', lead_id) from staging.stg_salesforce__campaign_members
            where shop_customer_id in (from shop_ids)
        ",
        'staging.stg_salesforce__contacts': "select concat('salesforce|contact|', contact_id) from {changes}",
        'staging.stg_salesforce__leads': "select concat('salesforce|lead|', lead_id) from {changes}",
        'staging.stg_salesforce__accounts': "select concat('salesforce|account|', account_id) from {changes}",
        'staging.stg_zendesk__users': "select concat('zendesk|user|', user_id) from {changes}",
        'staging.stg_shopify__customers': "select concat('shopify|customer|', customer_id) from {changes}",
        'staging.stg_salesforce__campaign_members': "
            select concat('salesforce|contact|', contact_id) from {changes} where contact_id is not null
            union all
            select concat('salesforce|lead|', lead_id) from {changes} where lead_id is not null
        ",
    },
}) }}

with

person_records as (

    select * from {{ touched(ref('int_person_records'), 'record_key', kind='record') }}

),

shop_records as (

    select
        source_system,
        source_record_id
    from {{ ref('int_person_records') }}
    where source_record_type = 'customer'

),

contacts as (

    select * from {{ by_record(ref('stg_salesforce__contacts'), 'salesforce|contact', 'contact_id') }}

),

leads as (

    select * from {{ by_record(ref('stg_salesforce__leads'), 'salesforce|lead', 'lead_id') }}

),

accounts as (

    select * from {{ by_record(ref('stg_salesforce__accounts'), 'salesforce|account', 'account_id') }}

),

users as (

    select * from {{ by_record(ref('stg_zendesk__users'), 'zendesk|user', 'user_id') }}

),

campaign_statements as (

    select
        concat('salesforce|contact|', contact_id) as record_key,
        shop_customer_id
    from {{ by_record(ref('stg_salesforce__campaign_members'), 'salesforce|contact', 'contact_id') }}
    where
        not is_deleted
        and shop_customer_id is not null
        and contact_id is not null

    union all

    select
        concat('salesforce|lead|', lead_id),
        shop_customer_id
    from {{ by_record(ref('stg_salesforce__campaign_members'), 'salesforce|lead', 'lead_id') }}
    where
        not is_deleted
        and shop_customer_id is not null
        and lead_id is not null

),

shopify_customers as (

    select * from {{ by_record(ref('stg_shopify__customers'), 'shopify|customer', 'customer_id') }}

),

-- A company's mailbox is not a person.
emails as (

    select
        record_key,
        {{ email_address('email') }} as email
    from person_records
    where entity_type = 'person'

),

phones_as_written as (

    select
        record_key,
        phone
    from person_records

    union all

    select
        concat('salesforce|contact|', contact_id) as record_key,
        phone
    from contacts

    union all

    select
        concat('salesforce|contact|', contact_id) as record_key,
        home_phone
    from contacts

    union all

    select
        concat('shopify|customer|', customer_id) as record_key,
        address_phone
    from shopify_customers

),

phones_as_digits as (

    select
        record_key,
        {{ phone_digits('phone') }} as digits
    from phones_as_written

),

phones as (

    select
        record_key,
        {{ phone_number('digits') }} as phone
    from phones_as_digits

),

own_ids as (

    select
        record_key,
        concat(source_system, ':', source_record_id) as source_id
    from person_records

),

-- What the CRM itself says: this lead became that contact, this record was merged into that one.
crm_statements as (

    select
        concat('salesforce|lead|', lead_id) as record_key,
        concat('salesforce:', converted_contact_id) as source_id
    from leads
    where converted_contact_id is not null

    union all

    select
        concat('salesforce|lead|', lead_id) as record_key,
        concat('salesforce:', merged_into_lead_id) as source_id
    from leads
    where merged_into_lead_id is not null

    union all

    select
        concat('salesforce|contact|', contact_id) as record_key,
        concat('salesforce:', merged_into_contact_id) as source_id
    from contacts
    where merged_into_contact_id is not null

    union all

    select
        concat('salesforce|account|', account_id) as record_key,
        concat('salesforce:', merged_into_account_id) as source_id
    from accounts
    where merged_into_account_id is not null

),

shop_ids_elsewhere as (

    select
        concat('zendesk|user|', user_id) as record_key,
        external_id as shop_customer_id
    from users
    where role = 'end-user'

    union all

    select
        record_key,
        source_record_id as shop_customer_id
    from person_records
    where source_record_type = 'web_user'

    union all

    select
        record_key,
        shop_customer_id
    from campaign_statements

),

-- The support desk, the website and the CRM's campaigns may know somebody by the shop's own customer number.
shop_statements as (

    select
        shop_ids_elsewhere.record_key,
        concat(shop_records.source_system, ':', shop_records.source_record_id) as source_id
    from shop_ids_elsewhere
    inner join shop_records
        on
            shop_ids_elsewhere.shop_customer_id = shop_records.source_record_id
            and shop_records.source_system in (
                {% for system in var('shop_id_space') -%}
                '{{ system }}'{{ ',' if not loop.last }}
                {% endfor -%}
            )

),

identifiers as (

    select
        record_key,
        'email' as identifier_type,
        email as identifier_value
    from emails
    where email is not null

    union

    select
        record_key,
        'phone',
        phone
    from phones
    where phone is not null

    union

    select
        record_key,
        'source_id',
        source_id
    from own_ids

    union

    select
        record_key,
        'source_id',
        source_id
    from crm_statements

    union

    select
        record_key,
        'source_id',
        source_id
    from shop_statements

)

select * from identifiers
