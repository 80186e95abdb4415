{#
  A table that is brought up to date by the parts that news touched, and is then, row by row, the table a full refresh
  would make. A model asks for it in its config:

    meta: {part: <expression over its own columns>, touched_by: {<schema.table it reads>: <query of parts>}}

  and marks, by touched(), what it reads part by part. A query of parts says which parts the news of an input touches:
  {changes} stands for the rows of an input that went or came since this table was built, {dates} for the delivery
  dates of a feed whose deliveries are others by the books (late, corrected, read again), {added} for the same where all
  that changed is that some came, {input} for the input and {this} for the table itself. What the passing of days alone
  touches is asked under the name as_of_date; {then} stands for the day the table spoke for and {day} for the run's.

  A wide table of which much goes and comes every day may say by `tells` which columns those who follow it and its tests
  ask for: then {changes} are the rows that went or came as far as these columns go. A table of Python and an incremental
  one must say so to be followed at all (look_at in news.sql).

  Right, when for every part: (1) its rows follow from the marked rows of that part and from what is not marked alone;
  (2) a row that went or came in an input names every part it had or has a say in. Whatever else is news - the text, an
  input that is not listed, an input that changed twice since - builds the table whole. Changes are found by comparing
  rows, before and after, so that nothing is believed of the way they came about.
#}

{#
  A relation as a model reads it, part by part: all of it, unless only some parts are built. A view may mark what it
  reads as well, for the readers that mark the view. `kind` says what the parts are (`kind` in a model's meta), where a
  relation is read by parts of several kinds; `key`, that rows of one key are only right together, whosever they are.
#}
{% macro touched(relation, part, kind='part', key=none) -%}
    {{ relation }} /* by {{ kind }}: {{ part }}{{ ' with all of ' ~ key if key }} */
{%- endmacro %}


{#
  `views` are the texts of views that mark what they read. Rows of `tables` are looked for by their place (rowid): DuckDB
  reads all columns of all rows where a few are asked for by a join, and only those of the few where it has their place.
#}
{% macro text_for_touched(text, views, tables=[]) -%}
    {%- set kind = config.get('meta').get('kind', 'part') -%}
    {%- set found = namespace(text=text) -%}
    {%- for mark in modules.re.finditer('(\\S+)((?: /\\* by \\w+: .*? \\*/)+)', text) | list -%}
        {%- set relation = mark.group(1) -%}
        {%- set by = modules.re.search(' /\\* by ' ~ kind ~ ': (.*?)(?: with all of (\\w+))? \\*/', mark.group(2)) -%}
        {%- if by -%}
            {%- set rows = '(' ~ text_for_touched(views[relation], views, tables) ~ ')' if relation in views else relation -%}
            {%- set is_touched = by.group(1) ~ ' in (select part from touched_parts)' -%}
            {%- if by.group(2) -%}
                {%- set is_touched = by.group(2) ~ ' in (select ' ~ by.group(2) ~ ' from ' ~ rows ~ ' where ' ~ is_touched ~ ')' -%}
            {%- endif -%}
            {%- if relation in tables -%}{%- set is_touched = in_place(relation, is_touched) -%}{%- endif -%}
            {%- set found.text = found.text | replace(mark.group(0), '(select * from ' ~ rows ~ ' where ' ~ is_touched ~ ')') -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found.text) }}
{%- endmacro %}


{# The texts of views that mark what they read, as they were built: {relation: text}. #}
{% macro marked_views() -%}
    {%- set found = {} -%}
    {%- for row in run_query('select relation, text from built.views') -%}{%- do found.update({row[0]: row[1]}) -%}{%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# The tables there are, as a text calls them. #}
{% macro tables_there() -%}
    {{ return(run_query(
        "select concat('\"', database_name, '\".\"', schema_name, '\".\"', table_name, '\"') from duckdb_tables()
        where database_name = current_database()"
    ).columns[0].values() | list) }}
{%- endmacro %}

{% macro in_place(relation, condition) -%}
    rowid in (select rowid from {{ relation }} where {{ condition }})
{%- endmacro %}

{% macro keep_view(relation, text) -%}
    delete from built.views where relation = '{{ relation }}';
    {%- if ' /* by ' in text %}
    insert into built.views values ('{{ relation }}', '{{ text | replace("'", "''") }}');
    {%- endif -%}
{%- endmacro %}


{# The queries of the parts and of the slices that are to be built, or none where the table is to be built whole. #}
{% macro parts_to_build(relation, kept, state, read) -%}
    {%- set meta = config.get('meta', {}) -%}
    {%- set inputs = state.inputs -%}
    {%- if
        should_full_refresh() or not meta.get('touched_by') or kept is none
        or kept.text != state.text or kept.inputs | length != inputs | length
    -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set found = {'touched_by': [], 'slices_touched_by': []} -%}
    {%- for name, version in inputs.items() if kept.inputs.get(name) != version and name != 'slices' -%}
        {%- set kind = 'slices_touched_by' if name in meta.get('slices_touched_by', {}) else 'touched_by' -%}
        {%- if name not in meta[kind] or name not in kept.inputs -%}{{ return(none) }}{%- endif -%}
        {%- set input = read.get(name, {'kind': 'day', 'relation': ''}) -%}
        {%- if input.kind == 'day' -%}
            {%- set news = {'then': kept.inputs[name], 'day': version} -%}
        {%- elif input.kind == 'raw' -%}
            {%- if '{added}' in meta[kind][name] and run_query(deliveries_gone(relation, input)) | length -%}
                {{ return(none) }}
            {%- endif -%}
            {%- set dates = changed_dates(relation, input) -%}
            {%- set news = {'dates': dates, 'added': dates} -%}
        {%- else -%}
            {%- set news = {'changes': changes_since(name, kept.inputs[name], version)} -%}
        {%- endif -%}
        {%- if none in news.values() -%}{{ return(none) }}{%- endif -%}
        {%- set query = namespace(text=meta[kind][name]) -%}
        {%- for word, meant in dict(news, this=relation | string, input=input.relation).items() -%}
            {%- set query.text = query.text | replace('{' ~ word ~ '}', meant) -%}
        {%- endfor -%}
        {%- do found[kind].append('select * from (' ~ query.text ~ ')') -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{# Whether a table says what the passing of days touches. #}
{% macro is_told_of_the_day() -%}
    {%- set meta = config.get('meta', {}) -%}
    {{ return('as_of_date' in meta.get('touched_by', {}) or 'as_of_date' in meta.get('slices_touched_by', {})) }}
{%- endmacro %}


{# Delivery dates on which the books tell of other deliveries than those the table was built from. #}
{% macro changed_dates(relation, input) -%}
    (
        select delivery_date
        from (
            ({{ deliveries_of(input) }} except {{ deliveries_read(relation, input) }})
            union all ({{ deliveries_gone(relation, input) }})
        )
    )
{%- endmacro %}

{% macro deliveries_gone(relation, input) -%}
    {{ deliveries_read(relation, input) }} except {{ deliveries_of(input) }}
{%- endmacro %}

{% macro deliveries_read(relation, input) -%}
    select delivery_date, fingerprint from built.deliveries
    where
        relation = '{{ relation.schema }}.{{ relation.identifier }}'
        and feed = '{{ input.system }}/{{ input.feed }}'
{%- endmacro %}


{# The rows that went or came between two versions of a table, if the last change of it led from the one to the other. #}
{% macro changes_since(name, version_then, version_now) -%}
    {%- set found = run_query(
        "select 1 from built.states where relation = '" ~ name ~ "' and content = '" ~ version_now
        ~ "' and changed_from = '" ~ version_then ~ "'"
    ) -%}
    {{ return(changes_of(name) if found | length else none) }}
{%- endmacro %}


{% macro changes_of(name) -%}
    built.{{ name | replace('.', '__') }}__changes
{%- endmacro %}


{# Whether a table built in part reads this one, and must be told which of its rows went and came. #}
{% macro is_followed(relation) -%}
    {%- set name = relation.schema ~ '.' ~ relation.identifier -%}
    {%- for node in graph.nodes.values() -%}
        {%- set meta = node.config.get('meta', {}) -%}
        {%- if name in meta.get('touched_by', {}) or name in meta.get('slices_touched_by', {}) -%}{{ return(true) }}{%- endif -%}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}


{# SQL that builds the touched parts. `slices`: those asked for and those that stand, where there are any. #}
{% macro build_parts(relation, query, queries, slices, inputs) -%}
    {%- set meta = config.get('meta') -%}
    {%- if config.get('contract').enforced -%}{{ get_assert_columns_equivalent(query) }}{%- endif %}
    create or replace temp table touched_parts as
    select distinct part
    from ({{ (['select ' ~ meta.part ~ ' from ' ~ relation ~ ' where false'] + queries) | join('\nunion all\n') }}) as found (part)
    where part is not null;
    {%- set told = meta.get('tells', '*') -%}
    {%- set is_built -%}
        {{ meta.part }} in (select part from touched_parts)
        {%- if slices.asked %} or {{ meta.slice ~ ' not in (' ~ dates(slices.standing) ~ ')' if slices.standing else 'true' }}{% endif -%}
    {%- endset %}
    create or replace temp table went as select * from {{ relation }} where {{ in_place(relation, is_built) }};
    create or replace temp table came as select * from {{ relation }} limit 0;
    {%- if slices.asked %}{{ insert_slices('came', query, slices.asked | reject('in', slices.standing) | list, inputs) }}{% endif %}
    {%- if not slices.asked or slices.standing %}
    insert into came by name select * from ({{ text_for_touched(text_for_slices(query, slices.standing), marked_views(), tables_there()) }});
    {%- endif %}
    create or replace table {{ changes_of(relation.schema ~ '.' ~ relation.identifier) }} as
    (select {{ told }} from went except all select {{ told }} from came)
    union all
    (select {{ told }} from came except all select {{ told }} from went);
    delete from {{ relation }} where {{ is_built }};
    insert into {{ relation }} from came
{%- endmacro %}


{# The content of a table of which `went` went and `came` came: what content_of would say, without reading it all. #}
{% macro content_in_part(content_before) -%}
    {%- set rows, total, shape = content_before.split('|') -%}
    concat(
        {{ rows }} - (select count(*) from went) + (select count(*) from came), '|',
        cast('{{ total }}' as hugeint)
        - (select coalesce(sum(hash(content)), 0) from went as content)
        + (select coalesce(sum(hash(content)), 0) from came as content), '|{{ shape }}'
    )
{%- endmacro %}


{#
  SQL around a table that is built whole, for those who read it part by part: what stood before is set aside, and the
  rows of which there are more or fewer now are what changed.
#}
{% macro set_aside(relation) -%}
    alter table {{ relation }} rename to {{ relation.identifier }}__before;
{%- endmacro %}

{% macro note_changes(relation) -%}
    {%- set before = relation.incorporate(path={'identifier': relation.identifier ~ '__before'}) -%}
    create or replace temp table changed_rows as
    select content
    from (
        select hash(went) as content, -1 as difference from {{ before }} as went
        union all
        select hash(came), 1 from {{ relation }} as came
    )
    group by content
    having sum(difference) <> 0;
    create or replace table {{ changes_of(relation.schema ~ '.' ~ relation.identifier) }} as
    select * from {{ before }} as went where hash(went) in (from changed_rows)
    union all
    select * from {{ relation }} as came where hash(came) in (from changed_rows);
{%- endmacro %}

{% macro drop_set_aside(relation) -%}
    drop table {{ relation.incorporate(path={'identifier': relation.identifier ~ '__before'}) }}
{%- endmacro %}


{# SQL that remembers which deliveries a table was built from. #}
{% macro note_deliveries(relation, read) -%}
    delete from built.deliveries where relation = '{{ relation.schema }}.{{ relation.identifier }}';
    {%- for name in config.get('meta', {}).get('touched_by', {}) if read.get(name, {}).kind == 'raw' %}
    insert into built.deliveries
    select '{{ relation.schema }}.{{ relation.identifier }}', '{{ read[name].system }}/{{ read[name].feed }}', delivery_date, fingerprint
    from ({{ deliveries_of(read[name]) }});
    {%- endfor %}
{%- endmacro %}
