{# What the environment says is not asked when SQL is only read. #}
{% macro env_var(name, default) -%}{{ default }}{%- endmacro %}
{% macro local_md5(value) -%}md5{%- endmacro %}
