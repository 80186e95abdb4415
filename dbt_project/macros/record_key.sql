{#
  The key of a person record, as int_person_records spells it: `kind` is the system and what the record is there. It is
  also the part in which records are built; by_record() reads a relation record by record (materializations/in_part.sql).
#}
{% macro record_key(kind, id) -%}
    concat('{{ kind }}|', {{ id }})
{%- endmacro %}

{% macro by_record(relation, kind, id, key=none) -%}
    {{ touched(relation, record_key(kind, id), kind='record', key=key) }}
{%- endmacro %}
