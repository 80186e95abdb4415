-- No order is in a currency that the seed currency_rates does not know on its day: its money would be missing.

with

orders as (

    select * from {{ ref('int_orders_unioned') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

)

select
    orders.currency_code,
    count(*) as order_count
from orders
left join exchange_rates
    on
        orders.currency_code = exchange_rates.currency_code
        and cast(orders.ordered_at as date) >= exchange_rates.valid_from
        and cast(orders.ordered_at as date) < exchange_rates.valid_to
where exchange_rates.rate is null
group by orders.currency_code
