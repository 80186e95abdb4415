{# A member of a JSON object as text; null where the text is no JSON or has no such member. #}
{% macro json_text(expression, member) -%}
    {{ return(adapter.dispatch('json_text', 'crm_warehouse')(expression, member)) }}
{%- endmacro %}

{% macro default__json_text(expression, member) -%}
    get_json_object({{ expression }}, '$.{{ member }}')
{%- endmacro %}

{% macro duckdb__json_text(expression, member) -%}
    case when json_valid({{ expression }}) then json_extract_string({{ expression }}, '$.{{ member }}') end
{%- endmacro %}
