-- Of the till, which writes invoices only: orders (sales and adjustments) and refunds share out the invoices.
-- None is missing, none is counted twice.

with

invoices as (

    select distinct order_id from {{ ref('fct_order_lines') }}
    where source_system = 'retail'

),

accounted_for as (

    select order_id from {{ ref('fct_orders') }}
    where source_system = 'retail'

    union all

    select refund_id as order_id from {{ ref('fct_refunds') }}
    where source_system = 'retail'

),

counted as (

    select
        order_id,
        count(*) as times
    from accounted_for
    group by order_id

)

select
    invoices.order_id as invoice,
    counted.order_id as accounted_for,
    counted.times
from invoices
full outer join counted
    on invoices.order_id = counted.order_id
where
    invoices.order_id is null
    or counted.order_id is null
    or counted.times > 1
