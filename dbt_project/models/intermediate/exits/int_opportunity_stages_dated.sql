{{ config(materialized='ephemeral') }}

with

history as (

    select * from {{ ref('stg_salesforce__opportunity_history') }}
    where not is_deleted

),

-- An edit of a deal that leaves its stage alone is no step.
compared as (

    select
        *,
        lag(stage_name) over (
            partition by opportunity_id
            order by changed_at, opportunity_history_id
        ) as previous_stage
    from history

),

steps as (

    select
        opportunity_id,
        stage_name as stage,
        changed_at as entered_at,
        row_number() over (partition by opportunity_id order by changed_at, opportunity_history_id) as step,
        lead(changed_at) over (partition by opportunity_id order by changed_at, opportunity_history_id) as left_at
    from compared
    where
        previous_stage is null
        or previous_stage <> stage_name

)

select * from steps
