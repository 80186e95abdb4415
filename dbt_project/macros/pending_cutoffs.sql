{#
  The cutoffs whose features have to be computed, as a query, each with the state of its inputs: a hash over every
  fact and customer that came before it. A cutoff that was computed from the same inputs by the same text is left
  alone, whenever that was; so an incremental build and a full one always end in the same table. `computed` is the
  table so far, none where there is nothing to go on from.
#}
{% macro pending_cutoffs(computed) %}
    select states.*
    from ({{ cutoff_states() }}) as states
    {%- if computed %}
    left join (select distinct as_of_date, inputs_hash from {{ computed }}) as computed
        on
            states.as_of_date = computed.as_of_date
            and states.inputs_hash = computed.inputs_hash
    where computed.as_of_date is null
    {%- endif %}
{% endmacro %}


{# Drops cutoffs that the run does not keep: the days of earlier runs. #}
{% macro forget_other_cutoffs() %}
    {%- if is_incremental() -%}
        delete from {{ this }} where as_of_date not in (select as_of_date from ({{ cutoffs() }}) as kept)
    {%- else -%}
        select 1
    {%- endif -%}
{% endmacro %}


{# What can be told of a fact changes with time: each change is a row of its own, at its own moment. #}
{% macro cutoff_states() %}
    {%- set changes = [
        ('fct_orders', 'ordered_at', ['order_id', 'customer_id', 'order_type', 'cancelled_at', 'net_revenue', 'discount_amount', 'placement_number', 'seconds_since_previous_order']),
        ('fct_refunds', 'refunded_at', ['refund_id', 'customer_id', 'refund_amount']),
        ('fct_order_lines', 'ordered_at', ['order_line_id', 'customer_id', 'category', 'line_type', 'net_amount', 'quantity']),
        ('fct_tickets', 'created_at', ['ticket_id', 'customer_id']),
        ('fct_tickets', 'coalesce(closed_at, created_at)', ['ticket_id', 'status', 'closed_at']),
        ('fct_tickets', 'satisfaction_at', ['ticket_id', 'satisfaction_score']),
        ('fct_sessions', 'greatest(started_at, identified_at)', ['session_id', 'customer_id', 'started_at', 'channel']),
        ('fct_leads', 'created_at', ['lead_id', 'customer_id', 'channel']),
        ('fct_campaign_touches', 'touched_at', ['campaign_touch_id', 'customer_id']),
        ('fct_campaign_touches', 'responded_at', ['campaign_touch_id', 'customer_id', 'responded_at']),
        ('fct_points', 'occurred_at', ['entry_id', 'customer_id', 'points_change']),
        ('dim_customers', 'coalesce(first_seen_date, ' ~ "cast('1900-01-01' as date)" ~ ')', ['customer_id', 'entity_type', 'country', 'first_seen_date']),
        ('int_memberships_keyed', 'least(cast(valid_from as timestamp), became_member_at)', ['customer_id', 'membership_id', 'member_level', 'growth_value', 'valid_from', 'became_member_at']),
    ] -%}
    select
        cutoffs.as_of_date,
        cutoffs.run_date,
        concat(
            '{{ local_md5(model.raw_code ~ env_var("CRM_CURRENCY", "CNY")) }}|',
            cast(cutoffs.as_of_date = cutoffs.run_date as {{ dbt.type_string() }}), '|',
            coalesce(cast(sum(changes.rows_hash) as {{ dbt.type_string() }}), '')
        ) as inputs_hash
    from ({{ cutoffs() }}) as cutoffs
    left join (
        {%- for relation, moment, columns in changes %}
        select
            cast({{ moment }} as date) as changed_date,
            {{ rows_hash((["'" ~ relation ~ loop.index ~ "'"] + columns) | join(', ')) }} as rows_hash
        from {{ ref(relation) }}
        group by cast({{ moment }} as date)
        {% if not loop.last %}union all{% endif %}
        {%- endfor %}
    ) as changes
        on changes.changed_date < cutoffs.as_of_date or cutoffs.as_of_date = cutoffs.run_date
    group by cutoffs.as_of_date, cutoffs.run_date
{% endmacro %}
