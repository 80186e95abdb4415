{# The same table in the published snapshot, which the dev target attaches read-only. #}
{% macro published_relation(relation) -%}
    {{ api.Relation.create(database='published', schema=relation.schema, identifier=relation.identifier) }}
{%- endmacro %}
