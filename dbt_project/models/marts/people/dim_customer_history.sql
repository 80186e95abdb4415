{#-
  History from dated records, not from the days on which somebody looked: rebuilt whole at any time, and a delivery that
  lacks a record closes nothing.
-#}
with

customer_records as (

    select * from {{ ref('customer_records') }}

),

person_records as (

    select * from {{ ref('int_person_records') }}

),

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

memberships as (

    select * from {{ ref('int_memberships_keyed') }}

),

first_sales as (

    select
        customer_id,
        min(order_date) as first_sale_date
    from {{ ref('fct_orders') }}
    where is_first_order
    group by customer_id

),

-- What is told of a record at its moment. Status: the latest word holds, and of one day the furthest. Level: it only
-- rises, from potential (known) over intent (qualified, or a deal is open) to valid (has bought).
told_of_records as (

    select
        record_key,
        cast(first_seen_at as date) as changed_date,
        cast(null as {{ dbt.type_string() }}) as status,
        1 as level_rank,
        cast(null as {{ dbt.type_string() }}) as owner_id,
        cast(null as {{ dbt.type_string() }}) as city
    from person_records

    union all

    select
        concat('salesforce|lead|', lead_id), cast(created_at as date), 'following_up', 1, null, null
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

),

-- Whoever has bought is not lost again because a lead was not followed up, and an account that has bought lives on
-- through its deals and contracts.
told as (

    select
        customer_records.customer_id,
        told_of_records.changed_date,
        case
            when
                customer_records.entity_type = 'account'
                or first_sales.first_sale_date is null
                or told_of_records.changed_date < first_sales.first_sale_date
                then told_of_records.status
        end as status,
        told_of_records.level_rank,
        told_of_records.owner_id,
        told_of_records.city,
        cast(null as {{ dbt.type_string() }}) as member_level,
        told_of_records.record_key as told_by
    from told_of_records
    inner join customer_records
        on told_of_records.record_key = customer_records.record_key
    left join first_sales
        on customer_records.customer_id = first_sales.customer_id

    union all

    select
        customer_id, first_sale_date, 'signed', 3, null, null, null, 'sale'
    from first_sales

    union all

    select
        customer_id, valid_from, null, 1, null, null, member_level, membership_id
    from memberships

),

{%- set kept = ['owner_id', 'city', 'member_level'] %}

-- One row per customer and day; of several words of one day, one by a fixed order.
days as (

    select
        customer_id,
        changed_date,
        max(level_rank) as level_rank,
        {%- for field in kept %}
        max({{ field }}) as {{ field }},
        {%- endfor %}
        max(
            case status when 'following_up' then 1 when 'terminated' then 2 when 'signed' then 3 end
        ) as status_rank
    from told
    where changed_date <= {{ as_of_date() }}
    group by customer_id, changed_date

),

numbered as (

    select
        *,
        {%- for field in kept + ['status_rank'] %}
        count({{ field }}) over (
            partition by customer_id order by changed_date rows between unbounded preceding and current row
        ) as {{ field }}_number,
        {%- endfor %}
        max(level_rank) over (
            partition by customer_id order by changed_date rows between unbounded preceding and current row
        ) as level_so_far
    from days

),

filled as (

    select
        customer_id,
        changed_date,
        {%- for field in kept + ['status_rank'] %}
        max({{ field }}) over (partition by customer_id, {{ field }}_number) as {{ field }},
        {%- endfor %}
        level_so_far
    from numbered

),

named as (

    select
        customer_id,
        changed_date,
        case coalesce(status_rank, 1) when 3 then 'signed' when 2 then 'terminated' else 'following_up' end as status,
        case level_so_far when 3 then 'valid' when 2 then 'intent' else 'potential' end as level,
        owner_id,
        member_level,
        city
    from filled

),

states as (

    select
        *,
        concat(
            status, '|', level, '|', coalesce(owner_id, ''), '|', coalesce(member_level, ''), '|', coalesce(city, '')
        ) as state
    from named

),

compared as (

    select
        *,
        lag(state) over (partition by customer_id order by changed_date) as previous_state
    from states

),

changes as (

    select * from compared
    where
        previous_state is null
        or previous_state <> state

),

history as (

    select
        customer_id,
        status,
        level,
        owner_id,
        member_level,
        city,
        changed_date as valid_from,
        lead(changed_date) over (partition by customer_id order by changed_date) as valid_to,
        lead(changed_date) over (partition by customer_id order by changed_date) is null as is_current
    from changes

)

select * from history
