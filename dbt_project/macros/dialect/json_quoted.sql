{# A text as a string of JSON. #}
{% macro json_quoted(expression) -%}
    {{ return(adapter.dispatch('json_quoted', 'crm_warehouse')(expression)) }}
{%- endmacro %}

{% macro default__json_quoted(expression) -%}
    concat('"', replace(replace(regexp_replace({{ expression }}, '\\p{Cntrl}', ' '), '\\', '\\\\'), '"', '\\"'), '"')
{%- endmacro %}

{% macro duckdb__json_quoted(expression) -%}
    cast(to_json({{ expression }}) as varchar)
{%- endmacro %}
