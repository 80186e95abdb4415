{#-
  What features are held against. It tells of the time after a day, and no feature may read it.

  Built cutoff by cutoff, and of one that stands customer by customer: a label follows from its customer's sales and
  refunds, from whether there are features of the customer on the cutoff, and from whether its horizon has passed.
-#}
{{ config(meta={
    'slice': 'as_of_date',
    'part': 'customer_id',
    'tells': 'as_of_date, customer_id, horizon_days',
    'touched_by': {
        'marts.fct_orders': 'select customer_id from {changes}',
        'marts.fct_refunds': 'select customer_id from {changes}',
        'intermediate.int_features_counted': '
            select customer_id from {changes}
            where
                as_of_date in (select as_of_date from {this})
                and as_of_date in (select as_of_date from intermediate.int_features_counted)
            group by customer_id, as_of_date
            having count(*) = 1
        ',
    },
    'slices_touched_by': {
        'as_of_date': 'select as_of_date from {this} where (order_count_next is null) = (as_of_date + 90 <= {day})',
    },
}) }}
with

all_features as (

    select
        customer_id,
        as_of_date
    from {{ touched(ref('int_features_counted'), 'customer_id') }}

),

features as (

    select
        customer_id,
        as_of_date,
        90 as horizon_days,
        {{ dbt.dateadd('day', 90, 'as_of_date') }} as horizon_end,
        {{ dbt.dateadd('day', 90, 'as_of_date') }} <= {{ as_of_date() }} as is_complete
    from {{ sliced('all_features', 'as_of_date') }}

),

sales as (

    select
        customer_id,
        ordered_at as happened_at,
        1 as order_count,
        net_revenue
    from {{ touched(ref('fct_orders'), 'customer_id') }}
    where
        order_type = 'sale'
        and customer_id is not null

    union all

    select
        customer_id,
        refunded_at,
        0,
        -refund_amount
    from {{ touched(ref('fct_refunds'), 'customer_id') }}
    where customer_id is not null

),

outcomes as (

    select
        features.customer_id,
        features.as_of_date,
        sum(sales.order_count) as order_count,
        sum(sales.net_revenue) as net_revenue
    from features
    inner join sales
        on
            features.customer_id = sales.customer_id
            and features.as_of_date <= sales.happened_at
            and features.horizon_end > sales.happened_at
    where features.is_complete
    group by features.customer_id, features.as_of_date

),

labels as (

    select
        features.customer_id,
        features.as_of_date,
        cast(features.horizon_days as integer) as horizon_days,
        cast(case when features.is_complete then coalesce(outcomes.order_count, 0) end as integer) as order_count_next,
        cast(case when features.is_complete then coalesce(outcomes.net_revenue, 0) end as decimal(18, 2))
            as net_revenue_next,
        case when features.is_complete then coalesce(outcomes.order_count, 0) > 0 end as has_ordered_next
    from features
    left join outcomes
        on
            features.customer_id = outcomes.customer_id
            and features.as_of_date = outcomes.as_of_date

)

select * from labels
