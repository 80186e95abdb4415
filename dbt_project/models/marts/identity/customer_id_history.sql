{#-
  Built id by id: its events follow from all assignments of the records that ever had it. When another id was first
  given is asked of the whole log, which is only added to: that day never changes.
-#}
{{ config(meta={
    'kind': 'customer_id',
    'part': 'customer_id',
    'touched_by': {
        'intermediate.customer_crosswalk': '
            select customer_id from intermediate.customer_crosswalk
            where record_key in (select record_key from {changes})
        ',
    },
}) }}

with

assignments as (

    select
        *,
        lag(customer_id) over (partition by record_key order by assignment_number) as previous_customer_id,
        row_number() over (partition by record_key order by assignment_number desc) as recency_rank
    from {{ touched(ref('customer_crosswalk'), 'customer_id', kind='customer_id', key='record_key') }}
    {%- if var('known_on', none) %}
    where assigned_as_of <= {{ known_on() }}
    {%- endif %}

),

firsts as (

    select
        customer_id,
        min(assigned_as_of) as created_as_of
    from {{ ref('customer_crosswalk') }}
    {%- if var('known_on', none) %}
    where assigned_as_of <= {{ known_on() }}
    {%- endif %}
    group by customer_id

),

current_ids as (

    select
        record_key,
        customer_id
    from assignments
    where recency_rank = 1

),

-- Whom an id stands for today: itself while it has records, else whoever has most of the records it ever had.
heirs_ranked as (

    select
        assignments.customer_id,
        current_ids.customer_id as current_customer_id,
        row_number() over (
            partition by assignments.customer_id
            order by
                case when assignments.customer_id = current_ids.customer_id then 0 else 1 end,
                count(distinct assignments.record_key) desc,
                current_ids.customer_id
        ) as heir_rank
    from assignments
    inner join current_ids
        on assignments.record_key = current_ids.record_key
    group by assignments.customer_id, current_ids.customer_id

),

heirs as (

    select
        customer_id,
        current_customer_id
    from heirs_ranked
    where heir_rank = 1

),

created as (

    select
        assignments.customer_id,
        'created' as event,
        count(*) as record_count,
        firsts.created_as_of as happened_as_of
    from assignments
    inner join firsts
        on
            assignments.customer_id = firsts.customer_id
            and assignments.assigned_as_of = firsts.created_as_of
    group by assignments.customer_id, firsts.created_as_of

),

moves as (

    select
        assignments.previous_customer_id,
        assignments.customer_id,
        assignments.assigned_as_of,
        count(*) as record_count
    from assignments
    where assignments.previous_customer_id <> assignments.customer_id
    group by assignments.previous_customer_id, assignments.customer_id, assignments.assigned_as_of

),

changed as (

    select
        moves.previous_customer_id as customer_id,
        case
            when heirs.current_customer_id <> moves.previous_customer_id then 'merged_into'
            when firsts.created_as_of = moves.assigned_as_of then 'split_to_new'
            else 'records_moved'
        end as event,
        moves.record_count,
        moves.assigned_as_of as happened_as_of
    from moves
    inner join firsts
        on moves.customer_id = firsts.customer_id
    inner join heirs
        on moves.previous_customer_id = heirs.customer_id

),

events as (

    select * from created

    union all

    select * from changed

),

history as (

    select
        events.customer_id,
        heirs.current_customer_id,
        events.event,
        events.record_count,
        events.happened_as_of
    from events
    inner join heirs
        on events.customer_id = heirs.customer_id

)

select * from {{ touched('history', 'customer_id', kind='customer_id') }}
