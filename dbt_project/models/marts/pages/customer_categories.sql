{#- A view: the days since then pass for everybody, and what was bought does not. -#}
{{ config(materialized='view') }}

with

bought as (

    select * from {{ ref('int_categories_bought') }}

),

customer_categories as (

    select
        customer_id,
        category,
        order_count,
        gross_revenue,
        last_order_date,
        cast({{ dbt.datediff('last_order_date', as_of_date(), 'day') }} as integer) as days_since_last_order,
        {{ reporting_currency() }} as currency_code
    from bought

)

select * from customer_categories
