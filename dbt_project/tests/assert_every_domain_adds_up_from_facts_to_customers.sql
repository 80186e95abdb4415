-- What customers are said to have done is what the facts hold, nothing lost or counted twice on the way: tickets,
-- visits and their events, points, campaigns. Sales have a test of their own, down to lines and cents.

with

customers as (

    select * from {{ ref('customer_features') }}
    where as_of_date = {{ as_of_date() }}

),

sides as (

    select
        'tickets' as subject,
        count(*) as amount
    from {{ ref('fct_tickets') }}
    where
        customer_id is not null
        and created_at < {{ as_of_date() }}

    union all

    select
        'tickets',
        -coalesce(sum(ticket_count), 0)
    from customers

    union all

    select
        'visits',
        count(*)
    from {{ ref('fct_sessions') }}
    where
        customer_id is not null
        and started_at < {{ as_of_date() }}
        and identified_at < {{ as_of_date() }}

    union all

    select
        'visits',
        -coalesce(sum(visit_count), 0)
    from customers

    union all

    select
        'points',
        coalesce(sum(points_change), 0)
    from {{ ref('fct_points') }}
    where
        customer_id is not null
        and occurred_at < {{ as_of_date() }}

    union all

    select
        'points',
        -coalesce(sum(points_balance), 0)
    from customers

    union all

    select
        'campaign touches',
        count(*)
    from {{ ref('fct_campaign_touches') }}
    where
        customer_id is not null
        and touched_at < {{ as_of_date() }}

    union all

    select
        'campaign touches',
        -coalesce(sum(campaign_touch_count), 0)
    from customers

    union all

    select
        'events of visits',
        count(session_id)
    from {{ ref('fct_events') }}

    union all

    select
        'events of visits',
        -coalesce(sum(event_count), 0)
    from {{ ref('fct_sessions') }}

)

select
    subject,
    sum(amount) as difference
from sides
group by subject
having sum(amount) <> 0
