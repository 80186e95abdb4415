{#
  The days for which features are kept, as a query: the run's day, to score, and the first day of each of the months
  before it, to learn from. Everything that is told of a day happened before it.
#}
{% macro cutoffs() -%}
    select
        as_of_date,
        as_of_date as run_date
    from (select {{ as_of_date() }} as as_of_date) as run
    {%- for month in range(var('training_cutoff_months') | int) %}

    union all

    select
        cast({{ dbt.dateadd('month', -month, dbt.date_trunc('month', dbt.dateadd('day', -1, 'as_of_date'))) }} as date),
        as_of_date
    from (select {{ as_of_date() }} as as_of_date) as run
    {%- endfor %}
{%- endmacro %}
