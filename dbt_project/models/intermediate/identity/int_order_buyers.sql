{#- Built order by order; a contract or a deal that changes may be behind any order under a contract. -#}
{{ config(meta={
    'part': "concat(source_system, '|', source_order_id)",
    'touched_by': {
        'raw_retail.order_lines': "select concat('retail|', invoice) from {input} where _delivery_date in {added}",
        'raw_erp.contract_orders': "select concat('erp|', order_id) from {input} where _delivery_date in {added}",
        'raw_erp.contracts': "select concat('erp|', order_id) from staging.stg_erp__contract_orders",
        'raw_salesforce.opportunities': "select concat('erp|', order_id) from staging.stg_erp__contract_orders",
        'intermediate.int_shopify_buyers': "select concat('shopify|', order_id) from {changes}",
        'staging.stg_tmall__orders': "select concat('tmall|', order_id) from {changes}",
    },
}) }}

with

retail_lines as (

    select * from {{ touched(ref('stg_retail__order_lines'), "concat('retail|', order_id)") }}
    where shop_customer_id is not null

),

shopify_buyers as (

    select * from {{ touched(ref('int_shopify_buyers'), "concat('shopify|', order_id)") }}

),

tmall_orders as (

    select * from {{ touched(ref('stg_tmall__orders'), "concat('tmall|', order_id)") }}
    where buyer_nick is not null

),

erp_lines as (

    select * from {{ touched(ref('stg_erp__contract_orders'), "concat('erp|', order_id)") }}

),

contracts as (

    select * from {{ ref('stg_erp__contracts') }}

),

opportunities as (

    select * from {{ ref('stg_salesforce__opportunities') }}

),

buyers as (

    select
        'retail' as source_system,
        order_id as source_order_id,
        concat('retail|customer|', min(shop_customer_id)) as record_key
    from retail_lines
    group by order_id

    union all

    select
        'shopify',
        order_id,
        record_key
    from shopify_buyers

    union all

    select
        'tmall',
        order_id,
        concat('tmall|buyer|', buyer_nick)
    from tmall_orders

    union all

    -- A delivery under a contract is bought by the company that the deal was made with.
    select
        'erp',
        erp_lines.order_id,
        concat('salesforce|account|', min(opportunities.account_id))
    from erp_lines
    inner join contracts
        on erp_lines.contract_id = contracts.contract_id
    inner join opportunities
        on contracts.opportunity_id = opportunities.opportunity_id
    where opportunities.account_id is not null
    group by erp_lines.order_id

)

select * from buyers
