{#- A table, built task by task: what reads it part by part must be told which tasks changed. -#}
{{ config(materialized='table', meta={
    'part': 'task_id',
    'touched_by': {
        'raw_salesforce.tasks': 'select id from {input} where _delivery_date in {added}',
        'marts.customer_records': "
            select id from raw_salesforce.tasks
            where
                who_id in (select source_record_id from {changes} where source_system = 'salesforce')
                or account_id in (select source_record_id from {changes} where source_system = 'salesforce')
        ",
    },
}) }}

with

-- A task that was only planned has touched nobody yet.
tasks_done as (

    select * from {{ touched(ref('stg_salesforce__tasks'), 'task_id') }}
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
