{#-
  Built entry by entry, an opening with the entry it stands before. Which of a member's entries is the first follows from
  all of them, so that news of a member names them all; '' is nobody.
-#}
{%- set of_members = "select entry_id from staging.stg_youzan__points where coalesce(member_id, '') in" -%}
{{ config(meta={
    'part': "replace(entry_id, '|opening', '')",
    'touched_by': {
        'staging.stg_youzan__points': "
            select entry_id from {changes}
            union all
            " ~ of_members ~ " (select coalesce(member_id, '') from {changes})
        ",
        'marts.customer_records': of_members ~ "
            (select source_record_id from {changes} where source_system = 'youzan' and source_record_type = 'member')
        ",
    },
}) }}

with

points as (

    select * from {{ ref('int_points_keyed') }}

),

final as (

    select
        entry_id,
        customer_id,
        occurred_at,
        points_change,
        balance,
        kind
    from points

)

select * from final
