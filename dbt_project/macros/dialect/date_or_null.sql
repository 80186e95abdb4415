{# A text as a date; null where it is none. #}
{% macro date_or_null(expression) -%}
    try_cast({{ expression }} as date)
{%- endmacro %}
