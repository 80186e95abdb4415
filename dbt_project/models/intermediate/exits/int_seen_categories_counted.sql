{#- Built by the day of delivery: a day's counts follow from its calls and their copies. -#}
{{ config(materialized='table', meta={
    'part': 'delivery_date',
    'kind': 'day',
    'touched_by': {
        'raw_segment.events': "
            select _delivery_date from {input}
            where message_id in (select message_id from {input} where _delivery_date in {added})
        ",
    },
}) }}

with

segment_events as (

    select * from {{ touched(ref('stg_segment__events'), 'delivery_date', kind='day') }}
    where product_id is not null

),

product_categories as (

    select * from {{ ref('product_categories') }}

),

counted as (

    select
        segment_events.delivery_date,
        segment_events.product_id,
        product_categories.category,
        count(*) as mention_count
    from segment_events
    inner join product_categories
        on lower(segment_events.category_spelling) = product_categories.spelling
    group by segment_events.delivery_date, segment_events.product_id, product_categories.category

)

select * from counted
