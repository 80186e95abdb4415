{# Drop what stands under a relation's name and is of another kind: a view cannot replace a table, nor a table a view. #}
{% macro clear_the_way(relation) -%}
    {%- set existing = load_cached_relation(relation) -%}
    {%- if existing is not none and existing.type != relation.type -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
{%- endmacro %}
