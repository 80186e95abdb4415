{#-
  What the CRM tells of a record at its moment. Status: the latest word holds, and of one day the furthest. Level: it
  only rises, from potential (known) over intent (qualified, or a deal is open) to valid (has bought). A table: the
  history, which is built part by part, must be told which records changed.
-#}
{{ config(materialized='table', access='private') }}

with

leads as (

    select * from {{ ref('stg_salesforce__leads') }}
    where not is_deleted

),

opportunities as (

    select * from {{ ref('stg_salesforce__opportunities') }}
    where not is_deleted

),

contracts as (

    select * from {{ ref('stg_erp__contracts') }}

),

versions as (

    select * from {{ ref('stg_salesforce__account_versions') }}

    union all

    select * from {{ ref('stg_salesforce__contact_versions') }}

    union all

    select * from {{ ref('stg_salesforce__lead_versions') }}

),

told as (

    select
        concat('salesforce|lead|', lead_id) as record_key,
        cast(created_at as date) as changed_date,
        'following_up' as status,
        1 as level_rank,
        cast(null as {{ dbt.type_string() }}) as owner_id,
        cast(null as {{ dbt.type_string() }}) as city
    from leads

    union all

    select
        concat('salesforce|lead|', lead_id),
        cast(coalesce(converted_at, updated_at) as date),
        case when is_converted then 'signed' when lower(status) = 'unqualified' then 'terminated' end,
        case when is_converted or lower(status) = 'qualified' then 2 else 1 end,
        null,
        null
    from leads
    where is_converted or lower(status) in ('qualified', 'unqualified')

    union all

    select
        concat('salesforce|account|', account_id), cast(created_at as date), 'following_up', 2, null, null
    from opportunities

    union all

    select
        concat('salesforce|account|', account_id),
        close_date,
        case when is_won then 'signed' else 'terminated' end,
        case when is_won then 3 else 2 end,
        null,
        null
    from opportunities
    where is_closed

    union all

    select
        concat('salesforce|account|', account_id), signed_date, 'signed', 3, null, null
    from contracts

    union all

    select
        concat('salesforce|account|', account_id), max(end_date), 'terminated', 3, null, null
    from contracts
    where account_id is not null
    group by account_id

    union all

    select
        record_key, valid_from, null, 1, owner_id, city
    from versions

)

select * from told
