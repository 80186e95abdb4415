{# The distinct values of a group as one text, sorted: 'retail, salesforce'. #}
{% macro sorted_list(column) -%}
    {{ return(adapter.dispatch('sorted_list', 'crm_warehouse')(column)) }}
{%- endmacro %}

{% macro default__sorted_list(column) -%}
    array_join(array_sort(collect_set({{ column }})), ', ')
{%- endmacro %}

{% macro duckdb__sorted_list(column) -%}
    string_agg(distinct {{ column }}, ', ' order by {{ column }})
{%- endmacro %}
