{# The texts of a group as one text in the order of another column, which has no ties. #}
{% macro ordered_list(column, order_by) -%}
    {{ return(adapter.dispatch('ordered_list', 'crm_warehouse')(column, order_by)) }}
{%- endmacro %}

{% macro default__ordered_list(column, order_by) -%}
    array_join(
        transform(
            array_sort(
                collect_list(
                    case
                        when {{ column }} is not null then named_struct('place', {{ order_by }}, 'told', {{ column }})
                    end
                )
            ),
            pair -> pair.told
        ), ','
    )
{%- endmacro %}

{% macro duckdb__ordered_list(column, order_by) -%}
    string_agg({{ column }}, ',' order by {{ order_by }})
{%- endmacro %}
