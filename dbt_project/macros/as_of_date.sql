{#
  The day a run speaks for, as a date expression. A run passes it as a var; an analyst who passes none
  speaks for the newest run. Nothing in this project asks the machine what day it is.
#}
{% macro as_of_date() -%}
    {%- if var('as_of_date', none) -%}
        cast('{{ var("as_of_date") }}' as date)
    {%- else -%}
        (select max_by(as_of_date, run_number) from {{ source('ops', 'runs') }})
    {%- endif -%}
{%- endmacro %}
