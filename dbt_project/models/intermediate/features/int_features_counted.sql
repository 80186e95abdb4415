{#-
  What customer_features holds before ranks. One text for every cutoff: each fact is joined to the cutoffs after it, so
  that nothing can be told of a day that happened on it or later.

  Built cutoff by cutoff, and of a cutoff that stands customer by customer (macros/materializations/slices.sql). Right,
  because a row follows from its cutoff, from the facts and the dimension of its customer and from the category prices
  of its cutoff; a fact that changes names the customer it was of and the one it is of, a price its cutoff; and a cutoff
  is told otherwise as the run's day than later, so that one stands only while it is the run's day or is not. Labels and
  tests ask which rows there are, and nothing else of them.
-#}
{%- set of_customers = 'select customer_id from {changes}' -%}
{{ config(meta={
    'part': 'customer_id',
    'slice': 'as_of_date',
    'tells': 'as_of_date, customer_id',
    'touched_by': {
        'marts.dim_customers': of_customers,
        'marts.fct_orders': of_customers,
        'marts.fct_refunds': of_customers,
        'marts.fct_order_lines': of_customers,
        'marts.fct_tickets': of_customers,
        'marts.fct_sessions': of_customers,
        'marts.fct_leads': of_customers,
        'marts.fct_campaign_touches': of_customers,
        'marts.fct_points': of_customers,
        'intermediate.int_memberships_keyed': of_customers,
    },
    'slices_touched_by': {'intermediate.int_category_prices': 'select as_of_date from {changes}'},
}) }}

with

all_cutoffs as (

    {{ cutoffs() }}

),

cutoffs as (

    select * from {{ sliced('all_cutoffs', 'as_of_date', once=true) }}

),

customers as (

    select * from {{ touched(ref('dim_customers'), 'customer_id') }}

),

-- An order that was called off later stood on the day.
orders as (

    select
        cutoffs.as_of_date,
        orders.*,
        {{ days_back('orders.ordered_at', 'cutoffs.as_of_date') }} as days_back,
        orders.order_type = 'sale' or orders.cancelled_at >= cutoffs.as_of_date as is_sale
    from {{ touched(ref('fct_orders'), 'customer_id') }} as orders
    inner join cutoffs
        on orders.ordered_at < cutoffs.as_of_date
    where
        orders.customer_id is not null
        and orders.order_type <> 'adjustment'

),

refunds as (

    select
        cutoffs.as_of_date,
        refunds.customer_id,
        refunds.refund_amount,
        {{ days_back('refunds.refunded_at', 'cutoffs.as_of_date') }} as days_back
    from {{ touched(ref('fct_refunds'), 'customer_id') }} as refunds
    inner join cutoffs
        on refunds.refunded_at < cutoffs.as_of_date
    where refunds.customer_id is not null

),

order_features as (

    select
        as_of_date,
        customer_id,
        min(case when is_sale then order_date end) as first_order_date,
        max(case when is_sale then order_date end) as last_order_date,
        count(case when is_sale then 1 end) as order_count,
        sum(case when is_sale then net_revenue end) as gross_revenue,
        {%- for days in [7, 30, 90, 180, 365] %}
        count(case when is_sale and days_back <= {{ days }} then 1 end) as orders_{{ days }}d,
        sum(case when is_sale and days_back <= {{ days }} then net_revenue end) as gross_revenue_{{ days }}d,
        {%- endfor %}
        sum(case when is_sale then discount_amount end) as discount_amount,
        count(distinct case when is_sale then source_system end) as source_count,
        max(case when placement_number = 1 then source_system end) as first_source,
        count(seconds_since_previous_order) as gap_count,
        cast(sum(seconds_since_previous_order) as decimal(38, 0)) as gap_sum,
        sum(
            cast(seconds_since_previous_order as decimal(18, 0)) * cast(seconds_since_previous_order as decimal(18, 0))
        ) as gap_square_sum
    from orders
    group by as_of_date, customer_id

),

-- Sums of whole seconds are exact in any order of rows; only what comes of them is rounded.
rhythm_features as (

    select
        *,
        cast(gap_sum as double) / gap_count / 86400 as gap_days_mean,
        sqrt(
            cast(gap_count * gap_square_sum - gap_sum * gap_sum as double)
            / gap_count / nullif(gap_count - 1, 0)
        ) / 86400 as gap_days_std
    from order_features

),

refund_features as (

    select
        as_of_date,
        customer_id,
        count(*) as refund_count,
        sum(refund_amount) as refund_amount,
        count(case when days_back <= 365 then 1 end) as refunds_365d,
        {%- for days in [7, 30, 90, 180, 365] %}
        sum(case when days_back <= {{ days }} then refund_amount end) as refund_amount_{{ days }}d
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from refunds
    group by as_of_date, customer_id

),

category_lines as (

    select
        cutoffs.as_of_date,
        lines.customer_id,
        lines.category,
        count(*) as line_count,
        sum(cast(lines.net_amount / lines.quantity as decimal(18, 4))) as price_sum
    from {{ touched(ref('fct_order_lines'), 'customer_id') }} as lines
    inner join cutoffs
        on lines.ordered_at < cutoffs.as_of_date
    where
        lines.customer_id is not null
        and lines.line_type = 'product'
        and lines.quantity > 0
        and lines.net_amount > 0
    group by cutoffs.as_of_date, lines.customer_id, lines.category

),

category_prices as (

    select * from {{ ref('int_category_prices') }}

),

category_features as (

    select
        category_lines.as_of_date,
        category_lines.customer_id,
        count(case when category_lines.category <> 'unknown' then 1 end) as category_count,
        cast(sum(
            cast(cast(category_lines.price_sum as double) / category_prices.category_price as decimal(18, 6))
        ) as double) / sum(category_lines.line_count) as price_level
    from category_lines
    inner join category_prices
        on
            category_lines.as_of_date = category_prices.as_of_date
            and category_lines.category = category_prices.category
    group by category_lines.as_of_date, category_lines.customer_id

),

ticket_features as (

    select
        cutoffs.as_of_date,
        tickets.customer_id,
        count(*) as ticket_count,
        count(case when {{ days_back('tickets.created_at', 'cutoffs.as_of_date') }} <= 90 then 1 end) as tickets_90d,
        count(
            case
                when coalesce(tickets.closed_at >= cutoffs.as_of_date, tickets.is_open) then 1
            end
        ) as open_ticket_count,
        count(
            case when tickets.satisfaction_at < cutoffs.as_of_date and tickets.satisfaction_score <= 2 then 1 end
        ) as bad_rating_count,
        cast(sum(case when tickets.satisfaction_at < cutoffs.as_of_date then tickets.satisfaction_score end) as double)
        / count(case when tickets.satisfaction_at < cutoffs.as_of_date then tickets.satisfaction_score end)
            as satisfaction_mean
    from {{ touched(ref('fct_tickets'), 'customer_id') }} as tickets
    inner join cutoffs
        on tickets.created_at < cutoffs.as_of_date
    where tickets.customer_id is not null
    group by cutoffs.as_of_date, tickets.customer_id

),

-- A visit counts from the day on which it is known whose it was.
visit_features as (

    select
        cutoffs.as_of_date,
        sessions.customer_id,
        count(*) as visit_count,
        count(case when {{ days_back('sessions.started_at', 'cutoffs.as_of_date') }} <= 30 then 1 end) as visits_30d,
        count(case when {{ days_back('sessions.started_at', 'cutoffs.as_of_date') }} <= 90 then 1 end) as visits_90d,
        max(sessions.started_at) as last_visit_at
    from {{ touched(ref('fct_sessions'), 'customer_id') }} as sessions
    inner join cutoffs
        on
            sessions.started_at < cutoffs.as_of_date
            and sessions.identified_at < cutoffs.as_of_date
    where sessions.customer_id is not null
    group by cutoffs.as_of_date, sessions.customer_id

),

-- The first touch is the first to be known, and of those known at once the earliest.
first_touches as (

    select
        customer_id,
        channel,
        known_at,
        row_number() over (partition by customer_id order by known_at, occurred_at, touch_id) as touch_number
    from (
        select
            customer_id,
            channel,
            identified_at as known_at,
            started_at as occurred_at,
            session_id as touch_id
        from {{ touched(ref('fct_sessions'), 'customer_id') }}

        union all

        select
            customer_id,
            channel,
            created_at as known_at,
            created_at as occurred_at,
            lead_id as touch_id
        from {{ touched(ref('fct_leads'), 'customer_id') }}
    ) as touches
    where
        customer_id is not null
        and known_at is not null

),

campaign_features as (

    select
        cutoffs.as_of_date,
        touches.customer_id,
        count(*) as campaign_touch_count,
        count(case when touches.responded_at < cutoffs.as_of_date then 1 end) as campaign_response_count
    from {{ touched(ref('fct_campaign_touches'), 'customer_id') }} as touches
    inner join cutoffs
        on touches.touched_at < cutoffs.as_of_date
    where touches.customer_id is not null
    group by cutoffs.as_of_date, touches.customer_id

),

memberships as (

    select
        cutoffs.as_of_date,
        memberships.customer_id,
        memberships.member_level,
        memberships.valid_from <= cutoffs.as_of_date as is_level_known,
        memberships.became_member_at < cutoffs.as_of_date as has_begun,
        row_number() over (
            partition by cutoffs.as_of_date, memberships.customer_id
            order by
                case when memberships.valid_from <= cutoffs.as_of_date then memberships.valid_from end desc nulls last,
                memberships.growth_value desc nulls last,
                memberships.membership_id
        ) as level_rank
    from {{ touched(ref('int_memberships_keyed'), 'customer_id') }} as memberships
    cross join cutoffs

),

member_features as (

    select
        as_of_date,
        customer_id,
        max(case when has_begun then 1 else 0 end) = 1 as is_member,
        max(case when level_rank = 1 and is_level_known then member_level end) as member_level
    from memberships
    group by as_of_date, customer_id

),

point_features as (

    select
        cutoffs.as_of_date,
        points.customer_id,
        sum(points.points_change) as points_balance
    from {{ touched(ref('fct_points'), 'customer_id') }} as points
    inner join cutoffs
        on points.occurred_at < cutoffs.as_of_date
    where points.customer_id is not null
    group by cutoffs.as_of_date, points.customer_id

),

features as (

    select
        customers.customer_id,
        cutoffs.as_of_date,
        customers.entity_type,
        customers.country,
        rhythm_features.first_order_date,
        rhythm_features.last_order_date,
        cast({{ dbt.datediff('rhythm_features.last_order_date', 'cutoffs.as_of_date', 'day') }} as integer)
            as recency_days,
        cast(coalesce(rhythm_features.order_count, 0) as integer) as order_count,
        cast(coalesce(refund_features.refund_count, 0) as integer) as refund_count,
        cast(coalesce(rhythm_features.gross_revenue, 0) as decimal(18, 2)) as gross_revenue,
        cast(coalesce(refund_features.refund_amount, 0) as decimal(18, 2)) as refund_amount,
        cast(
            coalesce(rhythm_features.gross_revenue, 0) - coalesce(refund_features.refund_amount, 0) as decimal(18, 2)
        ) as net_revenue,
        {{ reporting_currency() }} as currency_code,
        {{ mean_amount('rhythm_features.gross_revenue', 'rhythm_features.order_count') }} as avg_order_value,
        cast({{ dbt.datediff('rhythm_features.first_order_date', 'cutoffs.as_of_date', 'day') }} as integer)
            as tenure_days,
        {%- for days in [7, 30, 90, 180, 365] %}
        cast(coalesce(rhythm_features.orders_{{ days }}d, 0) as integer) as orders_{{ days }}d,
        cast(
            coalesce(rhythm_features.gross_revenue_{{ days }}d, 0)
            - coalesce(refund_features.refund_amount_{{ days }}d, 0) as decimal(18, 2)
        ) as net_revenue_{{ days }}d,
        {%- endfor %}
        rhythm_features.gap_days_mean,
        rhythm_features.gap_days_std,
        cast(
            {{ dbt.datediff('rhythm_features.last_order_date', 'cutoffs.as_of_date', 'day') }}
            / nullif(rhythm_features.gap_days_mean, 0) as double
        ) as recency_over_gap,
        cast(
            cast(coalesce(refund_features.refund_amount, 0) as double)
            / nullif(cast(rhythm_features.gross_revenue as double), 0) as double
        ) as refund_share,
        cast(coalesce(refund_features.refunds_365d, 0) as integer) as refunds_365d,
        cast(
            cast(rhythm_features.discount_amount as double)
            / nullif(cast(rhythm_features.gross_revenue + rhythm_features.discount_amount as double), 0) as double
        ) as discount_share,
        cast(coalesce(category_features.category_count, 0) as integer) as category_count,
        cast(coalesce(rhythm_features.source_count, 0) as integer) as source_count,
        category_features.price_level,
        cast(coalesce(ticket_features.ticket_count, 0) as integer) as ticket_count,
        cast(coalesce(ticket_features.tickets_90d, 0) as integer) as tickets_90d,
        cast(coalesce(ticket_features.open_ticket_count, 0) as integer) as open_ticket_count,
        cast(coalesce(ticket_features.bad_rating_count, 0) as integer) as bad_rating_count,
        ticket_features.satisfaction_mean,
        cast(coalesce(visit_features.visit_count, 0) as integer) as visit_count,
        cast(coalesce(visit_features.visits_30d, 0) as integer) as visits_30d,
        cast(coalesce(visit_features.visits_90d, 0) as integer) as visits_90d,
        cast({{ dbt.datediff('visit_features.last_visit_at', 'cutoffs.as_of_date', 'day') }} as integer)
            as days_since_last_visit,
        cast(coalesce(campaign_features.campaign_touch_count, 0) as integer) as campaign_touch_count,
        cast(coalesce(campaign_features.campaign_response_count, 0) as integer) as campaign_response_count,
        coalesce(member_features.is_member, false) as is_member,
        member_features.member_level,
        cast(point_features.points_balance as double) as points_balance,
        rhythm_features.first_source,
        first_touches.channel as first_channel,
        cast({{ dbt.date_trunc('month', 'rhythm_features.first_order_date') }} as date) as cohort_month
    from customers
    cross join cutoffs
    left join rhythm_features
        on
            customers.customer_id = rhythm_features.customer_id
            and cutoffs.as_of_date = rhythm_features.as_of_date
    left join refund_features
        on
            customers.customer_id = refund_features.customer_id
            and cutoffs.as_of_date = refund_features.as_of_date
    left join category_features
        on
            customers.customer_id = category_features.customer_id
            and cutoffs.as_of_date = category_features.as_of_date
    left join ticket_features
        on
            customers.customer_id = ticket_features.customer_id
            and cutoffs.as_of_date = ticket_features.as_of_date
    left join visit_features
        on
            customers.customer_id = visit_features.customer_id
            and cutoffs.as_of_date = visit_features.as_of_date
    left join first_touches
        on
            customers.customer_id = first_touches.customer_id
            and first_touches.touch_number = 1
            and cutoffs.as_of_date > first_touches.known_at
    left join campaign_features
        on
            customers.customer_id = campaign_features.customer_id
            and cutoffs.as_of_date = campaign_features.as_of_date
    left join member_features
        on
            customers.customer_id = member_features.customer_id
            and cutoffs.as_of_date = member_features.as_of_date
    left join point_features
        on
            customers.customer_id = point_features.customer_id
            and cutoffs.as_of_date = point_features.as_of_date
    -- Whoever nobody knew on the day is not told of. The run's day knows everybody who is known.
    where
        cutoffs.as_of_date = cutoffs.run_date
        or customers.first_seen_date < cutoffs.as_of_date
        or rhythm_features.customer_id is not null

)

select * from features
