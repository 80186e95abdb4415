{# What the environment says is not asked when SQL is only read. #}
{% macro env_var(name, default) -%}{{ default }}{%- endmacro %}
