{# The currency in which the company counts its money: CRM_CURRENCY, see .env.example. #}
{% macro reporting_currency() -%}
    '{{ env_var("CRM_CURRENCY", "CNY") }}'
{%- endmacro %}
