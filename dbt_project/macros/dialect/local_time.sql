{# What the clock on the wall of a zone shows at a moment in UTC. #}
{% macro local_time(moment, zone) -%}
    {{ return(adapter.dispatch('local_time', 'crm_warehouse')(moment, zone)) }}
{%- endmacro %}

{% macro default__local_time(moment, zone) -%}
    from_utc_timestamp({{ moment }}, {{ zone }})
{%- endmacro %}

{% macro duckdb__local_time(moment, zone) -%}
    timezone({{ zone }}, timezone('UTC', {{ moment }}))
{%- endmacro %}
