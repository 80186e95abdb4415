{# No two rows share all of these columns. #}
{% test unique_together(model, columns) %}

    select {{ columns | join(', ') }}
    from {{ touched(model, 'hash(' ~ columns | join(', ') ~ ')') }}
    group by {{ columns | join(', ') }}
    having count(*) > 1

{% endtest %}
