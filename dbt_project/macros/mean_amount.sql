{#
  An amount of at least 0 in hundredths, shared evenly among a count, to the hundredth, half up. By whole numbers: engines
  divide decimals each in a way of its own, and by a double 1.005 may be less than it is. Null where nobody shares.
#}
{% macro mean_amount(total, count) -%}
    cast(
        floor(cast(200 * {{ total }} + {{ count }} as double) / nullif(2 * {{ count }}, 0)) / 100 as decimal(18, 2)
    )
{%- endmacro %}
