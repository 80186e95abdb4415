{#
  Every delivered version of a record of the CRM, as a query: who was in charge and where, and from when that holds
  (valid_from). The first version tells of the record as it began, a later one of its last change.
#}
{% macro record_versions(relation) -%}
    select
        *,
        coalesce(
            cast(cast(case when version_number = 1 then created_date else last_modified_date end as timestamp) as date),
            _delivery_date
        ) as valid_from
    from (
        select
            *,
            row_number() over (partition by id order by _delivery_date, _row_number, _row_hash) as version_number
        from {{ relation }}
        where _delivery_date <= {{ known_on() }}
    ) as versions
{%- endmacro %}
