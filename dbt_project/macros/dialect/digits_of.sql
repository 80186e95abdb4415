{# The digits in a text and nothing else. #}
{% macro digits_of(expression) -%}
    {{ return(adapter.dispatch('digits_of', 'crm_warehouse')(expression)) }}
{%- endmacro %}

{% macro default__digits_of(expression) -%}
    regexp_replace({{ expression }}, '[^0-9]', '')
{%- endmacro %}

{% macro duckdb__digits_of(expression) -%}
    regexp_replace({{ expression }}, '[^0-9]', '', 'g')
{%- endmacro %}
