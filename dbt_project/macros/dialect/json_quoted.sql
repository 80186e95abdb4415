{# A text as a string of JSON. #}
{% macro json_quoted(expression) -%}
    {{ return(adapter.dispatch('json_quoted', 'crm_warehouse')(expression)) }}
{%- endmacro %}

{% macro default__json_quoted(expression) -%}
    {#- The engine makes objects, not texts: what stands behind the name of an object's only field. -#}
    substring(
        to_json(named_struct('v', {{ expression }})), 6, length(to_json(named_struct('v', {{ expression }}))) - 6
    )
{%- endmacro %}

{% macro duckdb__json_quoted(expression) -%}
    cast(to_json({{ expression }}) as varchar)
{%- endmacro %}
