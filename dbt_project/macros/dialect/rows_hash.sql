{# A number that stands for a group of rows whatever their order, as text: the sum of the hashes of the rows. #}
{% macro rows_hash(columns) -%}
    {{ return(adapter.dispatch('rows_hash', 'crm_warehouse')(columns)) }}
{%- endmacro %}

{% macro default__rows_hash(columns) -%}
    sum(cast(xxhash64({{ columns }}) as decimal(38, 0)))
{%- endmacro %}

{% macro duckdb__rows_hash(columns) -%}
    sum(cast(hash({{ columns }}) as decimal(38, 0)))
{%- endmacro %}
