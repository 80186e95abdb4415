{# No value of the column is below the minimum. #}
{% test at_least(model, column_name, minimum) %}

    select {{ column_name }}
    from {{ touched(model, column_name) }}
    where {{ column_name }} < {{ minimum }}

{% endtest %}
