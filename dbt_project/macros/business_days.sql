{#
  The days of the service desk's calendar, as a query: how many minutes it has been open before each of them began,
  and whether it opens. Monday to Friday, but for what the seed holidays says, moved working days among it. Covers
  2009 to 2036; the seed ends before, from then on weekdays count.
#}
{% macro business_days() -%}
    {%- set minutes = 60 * (var('service_closes') | int - var('service_opens') | int) -%}
    select
        days.day,
        days.is_open,
        {{ minutes }} * (sum(days.is_open) over (order by days.day) - days.is_open) as minutes_before
    from (
        select
            spine.day,
            case coalesce(
                holidays.is_working_day,
                {{ dbt.datediff("cast('2009-01-05' as date)", 'spine.day', 'day') }} % 7 between 0 and 4
            ) when true then 1 else 0 end as is_open
        from (
            select
                cast({{ dbt.dateadd('day', 'thousands.n * 1000 + hundreds.n * 100 + tens.n * 10 + ones.n', "cast('2009-01-05' as date)") }} as date)
                    as day
            from ({{ digits() }}) as ones
            cross join ({{ digits() }}) as tens
            cross join ({{ digits() }}) as hundreds
            cross join ({{ digits() }}) as thousands
        ) as spine
        left join {{ ref('holidays') }} as holidays
            on
                spine.day = holidays.day
                and holidays.calendar = '{{ var("service_calendar") }}'
    ) as days
{%- endmacro %}


{% macro digits() -%}
    {%- for n in range(10) %}select {{ n }} as n{% if not loop.last %} union all {% endif %}{%- endfor %}
{%- endmacro %}


{#
  Minutes the desk had been open by a moment since the calendar began, given the row of business_days of its local day.
  The difference of two of them are the business minutes between them.
#}
{% macro open_minutes(local_moment, days) -%}
    {{ days }}.minutes_before + {{ days }}.is_open * greatest(
        0,
        least(
            {{ 60 * (var('service_closes') | int - var('service_opens') | int) }},
            extract(hour from {{ local_moment }}) * 60 + extract(minute from {{ local_moment }})
            + cast(extract(second from {{ local_moment }}) as integer) / cast(60 as double) - {{ 60 * (var('service_opens') | int) }}
        )
    )
{%- endmacro %}
