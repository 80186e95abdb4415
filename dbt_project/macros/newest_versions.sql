{#
  A full export repeats every record, and raw keeps every version of it. This is a query over the newest
  version of each record, as far as deliveries had come by known_on. The row hash only settles ties
  between two files of one delivery, so that the answer never depends on the order of rows.
#}
{% macro newest_versions(relation, key) -%}
    select *
    from (
        select
            *,
            min(_delivery_date) over (partition by {{ key }}) as first_delivery_date,
            row_number() over (
                partition by {{ key }}
                order by _delivery_date desc, _row_number desc, _row_hash desc
            ) as version_rank
        from {{ relation }}
        where _delivery_date <= {{ known_on() }}
    ) as versions
    where version_rank = 1
{%- endmacro %}
