{#- A table: what reads it part by part must be told which tasks changed. -#}
{{ config(materialized='table') }}

with

-- A task that was only planned has touched nobody yet.
tasks_done as (

    select * from {{ ref('stg_salesforce__tasks') }}
    where
        not is_deleted
        and (is_closed or status = 'completed')

),

customer_records as (

    select * from {{ ref('customer_records') }}
    where source_system = 'salesforce'

),

keyed as (

    select
        tasks_done.task_id,
        customer_records.customer_id,
        tasks_done.task_type,
        coalesce(cast(tasks_done.activity_date as timestamp), tasks_done.created_at) as occurred_at
    from tasks_done
    left join customer_records
        on coalesce(tasks_done.who_id, tasks_done.account_id) = customer_records.source_record_id

)

select * from keyed
