{# dbt's own tests, marked by the values they ask about: macros/materializations/test.sql. #}
{% macro duckdb__test_unique(model, column_name) %}
    {{ dbt.default__test_unique(touched(model, column_name), column_name) }}
{% endmacro %}


{% macro duckdb__test_accepted_values(model, column_name, values, quote=True) %}
    {{ dbt.default__test_accepted_values(touched(model, column_name), column_name, values, quote) }}
{% endmacro %}


{% macro duckdb__test_relationships(model, column_name, to, field) %}
    {{ dbt.default__test_relationships(touched(model, column_name), column_name, touched(to, field), field) }}
{% endmacro %}
