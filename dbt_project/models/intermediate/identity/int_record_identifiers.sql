with

person_records as (

    select * from {{ ref('int_person_records') }}

),

contacts as (

    select * from {{ ref('stg_salesforce__contacts') }}

),

leads as (

    select * from {{ ref('stg_salesforce__leads') }}

),

accounts as (

    select * from {{ ref('stg_salesforce__accounts') }}

),

users as (

    select * from {{ ref('stg_zendesk__users') }}

),

campaign_members as (

    select * from {{ ref('stg_salesforce__campaign_members') }}
    where
        not is_deleted
        and shop_customer_id is not null

),

shopify_customers as (

    select * from {{ ref('stg_shopify__customers') }}

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

phones as (

    select
        record_key,
        {{ phone_number('phone') }} as phone
    from phones_as_written

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
        concat('salesforce|contact|', contact_id) as record_key,
        shop_customer_id
    from campaign_members
    where contact_id is not null

    union all

    select
        concat('salesforce|lead|', lead_id) as record_key,
        shop_customer_id
    from campaign_members
    where lead_id is not null

),

-- The support desk, the website and the CRM's campaigns may know somebody by the shop's own customer number.
shop_statements as (

    select
        shop_ids_elsewhere.record_key,
        concat(shop_records.source_system, ':', shop_records.source_record_id) as source_id
    from shop_ids_elsewhere
    inner join person_records as shop_records
        on
            shop_ids_elsewhere.shop_customer_id = shop_records.source_record_id
            and shop_records.source_record_type = 'customer'
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
