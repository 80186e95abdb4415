{# A random id, as text, never handed out twice. Volatile: use it once per customer, above any join. #}
{% macro new_customer_id() -%}
    {{ return(adapter.dispatch('new_customer_id', 'crm_warehouse')()) }}
{%- endmacro %}

{% macro default__new_customer_id() -%}
    uuid()
{%- endmacro %}

{% macro duckdb__new_customer_id() -%}
    cast(uuid() as varchar)
{%- endmacro %}
