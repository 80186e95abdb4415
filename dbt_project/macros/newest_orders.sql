{#
  A feed whose rows are the lines of orders sends an order again, with all its lines, when it has changed. This is a
  query over the lines of the newest version of each order, as far as deliveries had come by known_on.
#}
{% macro newest_orders(relation, key) -%}
    select *
    from (
        select
            *,
            min(_delivery_date) over (partition by {{ key }}) as first_delivery_date,
            first_value(_delivery_date) over (
                partition by {{ key }}
                order by _delivery_date desc, _row_number desc, _row_hash desc
            ) as newest_delivery_date,
            first_value(_file_id) over (
                partition by {{ key }}
                order by _delivery_date desc, _row_number desc, _row_hash desc
            ) as newest_file_id
        from {{ relation }}
        where _delivery_date <= {{ known_on() }}
    ) as versions
    where
        _delivery_date = newest_delivery_date
        and _file_id = newest_file_id
{%- endmacro %}
