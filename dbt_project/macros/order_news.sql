{#
  Which orders the news of an input touches, for tables that are built order by order (materializations/in_part.sql): the
  order itself, its lines, whose record bought it, and whose that record is. `also`: queries for further inputs.
#}
{% macro order_news(also={}) -%}
    {%- set shopify, tmall = "select concat('shopify|', order_id) from {changes}", "select concat('tmall|', order_id) from {changes}" -%}
    {{ return(dict({
        'staging.stg_shopify__orders': shopify,
        'staging.stg_shopify__order_lines': shopify,
        'staging.stg_tmall__orders': tmall,
        'staging.stg_tmall__order_items': tmall,
        'raw_retail.order_lines': "select concat('retail|', invoice) from {input} where _delivery_date in {added}",
        'raw_erp.contract_orders': "select concat('erp|', order_id) from {input} where _delivery_date in {added}",
        'intermediate.int_order_buyers': "select concat(source_system, '|', source_order_id) from {changes}",
        'marts.customer_records': "
            select concat(source_system, '|', source_order_id) from intermediate.int_order_buyers
            where record_key in (select record_key from {changes})
            union all
            select concat('retail|', order_id) from staging.stg_retail__order_lines
            where shop_customer_id in (select source_record_id from {changes} where source_system = 'retail')
        ",
    }, **also)) }}
{%- endmacro %}
