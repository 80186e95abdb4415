{#
  The one spelling in which two e-mails, or two telephones, are compared. Null when there is nothing to compare: a
  masked address (a***@example.com) is not an address, a handful of digits not a number.
#}
{% macro email_address(expression) -%}
    case when {{ expression }} like '%_@_%' and {{ expression }} not like '%*%' then lower(trim({{ expression }})) end
{%- endmacro %}

{# The digits of a telephone as written, none of a masked one. #}
{% macro phone_digits(expression) -%}
    case
        when {{ expression }} not like '%*%'
            then {{ digits_of("translate(" ~ expression ~ ", '０１２３４５６７８９', '0123456789')") }}
    end
{%- endmacro %}

{#
  Only the Chinese code is taken off: 1 + ten digits may be an American number or a Chinese mobile. `digits` is a column
  of phone_digits(): written out here, they would be worked out anew for every line.
#}
{% macro phone_number(digits) -%}
    case
        when {{ digits }} like '00861%' and length({{ digits }}) = 15 then substring({{ digits }}, 5)
        when {{ digits }} like '861%' and length({{ digits }}) = 13 then substring({{ digits }}, 3)
        when {{ digits }} like '00%' and length({{ digits }}) between 9 and 17 then substring({{ digits }}, 3)
        when {{ digits }} not like '00%' and length({{ digits }}) between 7 and 15 then {{ digits }}
    end
{%- endmacro %}
