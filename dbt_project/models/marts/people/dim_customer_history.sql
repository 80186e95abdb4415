{#-
  History from dated records, not from the days on which somebody looked: rebuilt whole at any time, and a delivery that
  lacks a record closes nothing.

  Built customer by customer: a history follows from what was told of the customer's records, the first sale and
  memberships. What was told for a later day is news when that day has come.
-#}
{%- set of_records = '
    select customer_id from marts.customer_records where record_key in (select record_key from {changes})
' -%}
{%- set has_come = 'between least({then}, {day}) and greatest({then}, {day})' -%}
{{ config(meta={
    'part': 'customer_id',
    'touched_by': {
        'marts.customer_records': 'select customer_id from {changes}',
        'marts.fct_orders': 'select customer_id from {changes}',
        'intermediate.int_memberships_keyed': 'select customer_id from {changes}',
        'intermediate.int_person_records': of_records,
        'intermediate.int_record_states_told': of_records,
        'as_of_date': "
            select customer_id from marts.fct_orders where is_first_order and order_date " ~ has_come ~ "
            union all
            select customer_id from intermediate.int_memberships_keyed where valid_from " ~ has_come ~ "
            union all
            select customer_id from marts.customer_records where record_key in (
                select record_key from intermediate.int_person_records where cast(first_seen_at as date) " ~ has_come ~ "
                union all
                select record_key from intermediate.int_record_states_told where changed_date " ~ has_come ~ "
            )
        ",
    },
}) }}
with

customer_records as (

    select * from {{ touched(ref('customer_records'), 'customer_id') }}

),

person_records as (

    select * from {{ ref('int_person_records') }}

),

told_of_records as (

    select * from {{ ref('int_record_states_told') }}

),

memberships as (

    select * from {{ touched(ref('int_memberships_keyed'), 'customer_id') }}

),

first_sales as (

    select
        customer_id,
        min(order_date) as first_sale_date
    from {{ touched(ref('fct_orders'), 'customer_id') }}
    where is_first_order
    group by customer_id

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
        customer_records.customer_id,
        cast(person_records.first_seen_at as date),
        null,
        1,
        null,
        null,
        null,
        person_records.record_key
    from person_records
    inner join customer_records
        on person_records.record_key = customer_records.record_key

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
