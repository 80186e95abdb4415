{#
  The part in which an event of Segment is built (macros/materializations/in_part.sql): all that its visitor did. Visits
  and sign-ins of Snowplow hang together by keys of its tracker; all of them are one part, 'snowplow'.
#}
{% macro event_part(event_id) -%}
    concat('segment|', coalesce(anonymous_id, user_id, {{ event_id }}))
{%- endmacro %}
