{#- Built refund by refund: a platform's follows from its order, the till's from its invoice. -#}
{{ config(meta={
    'part': 'refund_id',
    'touched_by': {
        'intermediate.int_orders_unioned': "select concat(order_id, '|refund') from {changes}",
        'staging.stg_shopify__orders': "select concat('shopify|', order_id, '|refund') from {changes}",
        'staging.stg_tmall__orders': "select concat('tmall|', order_id, '|refund') from {changes}",
        'raw_retail.order_lines': "select concat('retail|', invoice) from {input} where _delivery_date in {added}",
        'marts.customer_records': "select refund_id from {this} where source_system = 'retail'",
    },
}) }}

with

refunds as (

    select * from {{ touched(ref('int_refunds_unioned'), 'refund_id') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

final as (

    select
        refunds.refund_id,
        refunds.source_system,
        refunds.order_id,
        refunds.customer_id,
        refunds.refunded_at,
        cast(refunds.refunded_at as date) as refund_date,
        refunds.refund_amount as original_refund_amount,
        refunds.currency_code as original_currency_code,
        exchange_rates.reporting_currency_code as currency_code,
        refunds.line_count,
        cast(round(refunds.refund_amount * exchange_rates.rate, 2) as decimal(18, 2)) as refund_amount
    from refunds
    left join exchange_rates
        on
            refunds.currency_code = exchange_rates.currency_code
            and cast(refunds.refunded_at as date) >= exchange_rates.valid_from
            and cast(refunds.refunded_at as date) < exchange_rates.valid_to

)

select * from final
