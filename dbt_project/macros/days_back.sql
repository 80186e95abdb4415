{# How many days before a day a moment lies, begun days counted: the last second of the day before lies 1 day back. #}
{% macro days_back(moment, day) -%}
    {{ dbt.datediff(moment, day, 'day') }}
{%- endmacro %}
