{#-
  What the source records say of a person or company beyond who they are; a table: its reader is built part by part and
  must be told which records changed. Built record by record.
-#}
{{ config(materialized='table', access='private', meta={
    'kind': 'record',
    'part': 'record_key',
    'touched_by': {
        'staging.stg_salesforce__contacts': "select concat('salesforce|contact|', contact_id) from {changes}",
        'staging.stg_salesforce__leads': "select concat('salesforce|lead|', lead_id) from {changes}",
        'staging.stg_salesforce__accounts': "select concat('salesforce|account|', account_id) from {changes}",
        'staging.stg_shopify__customers': "select concat('shopify|customer|', customer_id) from {changes}",
        'staging.stg_youzan__customers': "select concat('youzan|member|', member_id) from {changes}",
    },
}) }}

with

contacts as (

    select * from {{ by_record(ref('stg_salesforce__contacts'), 'salesforce|contact', 'contact_id') }}

),

leads as (

    select * from {{ by_record(ref('stg_salesforce__leads'), 'salesforce|lead', 'lead_id') }}

),

accounts as (

    select * from {{ by_record(ref('stg_salesforce__accounts'), 'salesforce|account', 'account_id') }}

),

shop_customers as (

    select * from {{ by_record(ref('stg_shopify__customers'), 'shopify|customer', 'customer_id') }}

),

members as (

    select * from {{ by_record(ref('stg_youzan__customers'), 'youzan|member', 'member_id') }}

),

attributes as (

    select
        concat('salesforce|contact|', contact_id) as record_key,
        given_name,
        family_name,
        cast(null as {{ dbt.type_string() }}) as gender,
        cast(birth_date as {{ dbt.type_string() }}) as birth_date,
        street as address,
        cast(null as {{ dbt.type_string() }}) as other_city,
        province,
        owner_id,
        may_be_emailed as consent_email,
        may_be_called as consent_phone,
        cast(null as boolean) as consent_sms,
        cast(null as {{ dbt.type_string() }}) as member_number,
        cast(null as {{ dbt.type_string() }}) as member_level,
        case when account_id is not null then concat('salesforce|account|', account_id) end as parent_record_key
    from contacts

    union all

    select
        concat('salesforce|lead|', lead_id), given_name, family_name, null, null, street, null, province, owner_id,
        null, null, null, null, null, null
    from leads

    union all

    select
        concat('salesforce|account|', account_id), null, null, null, null, street, null, province, owner_id,
        null, null, null, null, null,
        case when parent_account_id is not null then concat('salesforce|account|', parent_account_id) end
    from accounts

    union all

    select
        concat('shopify|customer|', customer_id), given_name, family_name, null,
        cast(birth_date as {{ dbt.type_string() }}), street, null, province, null,
        accepts_email_marketing, null, accepts_sms_marketing, null, null, null
    from shop_customers

    union all

    select
        concat('youzan|member|', member_id), null, null,
        case gender when '男' then 'male' when '女' then 'female' end,
        birth_date, null, wechat_region, null, null,
        null, null, null, benefit_card, level, null
    from members

)

select * from attributes
