{#
  The day up to which deliveries are believed, as a date expression: the run's day, unless the var known_on names
  another. `--vars '{as_of_date: 2026-03-01, known_on: 2026-06-01}'` tells of March what was known in June;
  `--vars 'as_of_date: 2026-03-01'` what was known in March. Who is who is then what it was on that day (customer_records); the
  crosswalk itself stays as it is.
#}
{% macro known_on() -%}
    {%- if var('known_on', none) -%}
        cast('{{ var("known_on") }}' as date)
    {%- else -%}
        {{ as_of_date() }}
    {%- endif -%}
{%- endmacro %}
