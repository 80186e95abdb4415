{#
  A table that is built cutoff by cutoff, and customer by customer where a cutoff stands. A model asks for it by
  `slice`, the column of its cutoffs (macros/cutoffs.sql), beside `part`; it marks its list of cutoffs by sliced(), and
  may say by `slices_touched_by` which cutoffs the news of an input touches.

  A cutoff is built whole when it is new, when news touches it, when it was the run's day and is no more, or became it;
  of all others the touched parts are built. The day of the run is no text of such a table: it is its last cutoff. One
  statement builds as many cutoffs as its memory allows, whole tables too: one where much is read, and all where planning
  the statement takes longer than running it.
#}

{#
  What a model reads cutoff by cutoff: all, unless only some are built. `once`: there is one row of each cutoff, and that
  is written there, too: not knowing it, DuckDB plans the joins for many rows, and building a cutoff takes half as long
  again.
#}
{% macro sliced(relation, slice, once=false) -%}
    {{ relation }} /* by slice: {{ slice }}{{ ', once' if once }} */
{%- endmacro %}


{% macro text_for_slices(text, slices) -%}
    {%- set some = '(select * from \\1 where \\2 in (' ~ dates(slices) ~ ')' -%}
    {%- set text = modules.re.sub('(\\S+) /\\* by slice: (\\w+), once \\*/', some ~ ' limit ' ~ slices | length ~ ')', text) -%}
    {{ return(modules.re.sub('(\\S+) /\\* by slice: (\\w+) \\*/', some ~ ')', text)) }}
{%- endmacro %}


{% macro dates(days) -%}
    {%- for day in days -%}date '{{ day }}'{{ ', ' if not loop.last }}{%- endfor -%}
{%- endmacro %}


{# The cutoffs that the run keeps, oldest first: the last is its day. None for a table that has none. #}
{% macro slices_asked() -%}
    {%- if not config.get('meta', {}).get('slice') -%}{{ return(none) }}{%- endif -%}
    {{ return(days_of("select distinct as_of_date from (" ~ cutoffs() ~ ") order by as_of_date")) }}
{%- endmacro %}


{# Those of them that stand as they are, but for touched parts. `queries` say which news touches. #}
{% macro standing_slices(relation, asked, queries) -%}
    {%- set slice = config.get('meta').slice -%}
    {%- set there = days_of("select distinct " ~ slice ~ " from " ~ relation ~ " order by all") -%}
    {%- set stale = days_of(queries | join(' union ')) if queries else [] -%}
    {%- set standing = [] -%}
    {%- for day in asked
        if day in there and day not in stale and (day == asked | last) == (day == there | last) -%}
        {%- do standing.append(day) -%}
    {%- endfor -%}
    {{ return(standing) }}
{%- endmacro %}


{% macro days_of(query) -%}
    {%- set days = [] -%}
    {%- for row in run_query(query) -%}{%- do days.append(row[0] | string) -%}{%- endfor -%}
    {{ return(days) }}
{%- endmacro %}


{# SQL that builds the whole table. #}
{% macro build_slices(relation, query, slices, inputs) -%}
    {%- if config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(query) }}
        create or replace table {{ relation }} {{ get_table_columns_and_constraints() }};
    {%- else -%}
        create or replace table {{ relation }} as select * from ({{ query }}) limit 0;
    {%- endif -%}
    {{- insert_slices(relation, query, slices, inputs) }}
{%- endmacro %}


{# SQL that adds cutoffs to a table. `inputs` are the versions of what it reads, which begin with how many rows there are. #}
{% macro insert_slices(relation, query, slices, inputs) -%}
    {%- set counted = namespace(rows=1) -%}
    {%- for version in inputs.values() if '|' in version -%}
        {%- set counted.rows = counted.rows + version.split('|')[0] | int -%}
    {%- endfor -%}
    {%- for some in slices | batch([1, var('rows_at_once') // counted.rows] | max) %}
    insert into {{ relation }} by name select * from ({{ text_for_slices(query, some) }});
    {%- endfor %}
{%- endmacro %}
