{#
  Whether a table would come out different from what stands. `built.states` keeps, for every table and view, the text
  it was built by and what stood in everything it read. Content is a number of rows and a sum of their hashes: a table
  that was rebuilt and came out the same is no news to those who read it. All of it lies in the file it speaks of, so
  that a copy or a rollback takes it along.

  Right, because a table is a function of its text and of the rows it reads: the text is compared as compiled (vars,
  macros, the currency and ephemeral models are in it), the rows by content. What was delivered is compared by the
  books, delivery by delivery, up to the day by which deliveries are believed (known_on), which is why that day itself
  may differ. What dbt does not see is always looked at anew: seeds, tables of Python and incremental models and of
  `ml` and `ops` are hashed once a build.
#}

{# Where it is kept; called when a command of dbt begins. #}
{% macro open_states() -%}
    {%- if target.type == 'duckdb' -%}
    create schema if not exists built;
    create table if not exists built.states (
        relation varchar, text_hash varchar, inputs varchar, content varchar, changed_from varchar, looked_at_in varchar
    );
    create table if not exists built.deliveries (
        relation varchar, feed varchar, delivery_date date, fingerprint varchar
    );
    create table if not exists built.views (relation varchar, text varchar)
    {%- endif -%}
{%- endmacro %}


{# What a model reads, through views and ephemeral models: relation -> {kind: view, table, raw or other; name; feed}. #}
{% macro read_by(node) -%}
    {%- set found = {} -%}
    {%- set waiting = parents_of(node) -%}
    {%- for unique_id in waiting -%}
        {%- if unique_id in graph.sources -%}
            {%- set source = graph.sources[unique_id] -%}
            {%- do found.update({source.schema ~ '.' ~ source.name: {
                'kind': 'raw' if source.schema.startswith('raw_') else 'other',
                'relation': source.relation_name,
                'feed': source.name,
                'system': source.schema[4:]
            }}) -%}
        {%- elif unique_id in graph.nodes -%}
            {%- set parent = graph.nodes[unique_id] -%}
            {%- set kind = parent.config.materialized -%}
            {%- if kind in ('view', 'ephemeral') -%}
                {%- for further in parents_of(parent) if further not in waiting -%}
                    {%- do waiting.append(further) -%}
                {%- endfor -%}
            {%- endif -%}
            {%- if kind != 'ephemeral' -%}
                {%- set is_kept = kind == 'view' or (kind == 'table' and parent.language == 'sql') -%}
                {%- do found.update({parent.schema ~ '.' ~ parent.alias: {
                    'kind': kind if is_kept else 'other',
                    'relation': api.Relation.create(database=this.database, schema=parent.schema, identifier=parent.alias) | string
                }}) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{# What dbt says that a node reads. as_of_date() reads the books of runs only where no day was given; dbt cannot know. #}
{% macro parents_of(node) -%}
    {%- set parents = node.depends_on.nodes | list -%}
    {%- set runs = 'source.crm_warehouse.ops.runs' -%}
    {%- if var('as_of_date', none) and runs in parents and "source('ops', 'runs')" not in node.raw_code -%}
        {%- do parents.remove(runs) -%}
    {%- endif -%}
    {{ return(parents) }}
{%- endmacro %}


{# The text of a model, without the day by which deliveries are believed, and without the run's where its passing is news. #}
{% macro text_hash(text) -%}
    {%- set undated = modules.re.sub("_delivery_date <= cast\\('[0-9-]+' as date\\)", '_delivery_date <= known_on', text) -%}
    {%- if config.get('meta', {}).get('slice') or is_told_of_the_day() -%}{%- set undated = undated | replace(as_of_date(), 'as_of_date') -%}{%- endif -%}
    {%- set shape = [] -%}
    {%- for column in model.columns.values() -%}{%- do shape.append(column.name ~ ' ' ~ column.data_type) -%}{%- endfor -%}
    {{ return(local_md5(undated ~ shape | join(', '))) }}
{%- endmacro %}


{# The version of each relation as it stands: for a view its text, for what was delivered the books, else the content. #}
{% macro versions_of(read) -%}
    {%- do look_at_others(read) -%}
    {%- set found = {} -%}
    {%- set rows = run_query(versions_query(read)) -%}
    {%- for row in rows -%}{%- do found.update({row[0]: row[1]}) -%}{%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{% macro versions_query(read) -%}
    select
        relation,
        coalesce(content, text_hash) as version
    from built.states
    where relation in ('{{ read | join("', '") }}')
    {%- for name, input in read.items() if input.kind == 'raw' %}
    union all
    select
        '{{ name }}',
        coalesce(md5(string_agg(fingerprint, '' order by fingerprint)), '')
    from ({{ deliveries_of(input) }})
    {%- endfor %}
{%- endmacro %}


{# The deliveries of a feed that are believed, as the books tell them: (delivery_date, fingerprint). A delivery that is
read again is entered again, by another run. #}
{% macro deliveries_of(input) -%}
    select
        delivery_date,
        concat_ws('|', delivery_date, file_name, file_id, run_id, rows_loaded) as fingerprint
    from {{ graph.sources['source.crm_warehouse.ops.row_conservation'].relation_name }}
    where
        source_system = '{{ input.system }}'
        and feed = '{{ input.feed }}'
        and delivery_date <= {{ known_on() }}
{%- endmacro %}


{# Tables that keep no version are looked at when the build first asks for them. #}
{% macro look_at_others(read) -%}
    {%- set others = [] -%}
    {%- for name, input in read.items() if input.kind in ('table', 'other') -%}{%- do others.append(name) -%}{%- endfor -%}
    {%- set known = [] -%}
    {%- for row in run_query(
        "select relation, looked_at_in from built.states where relation in ('" ~ others | join("', '") ~ "')"
    ) -%}
        {%- if read[row[0]].kind == 'table' or row[1] == invocation_id -%}{%- do known.append(row[0]) -%}{%- endif -%}
    {%- endfor -%}
    {%- for name in others if name not in known -%}{%- do look_at(name, read[name].relation) -%}{%- endfor -%}
{%- endmacro %}


{#
  A table that keeps no version is hashed. Where it says by `tells` what those who follow it ask for, these columns are
  kept of every row beside the row's hash (built.<table>__told), so that the next look finds the rows that went or came.
#}
{% macro look_at(name, relation) -%}
    {%- set content = run_query('select ' ~ content_of(relation))[0][0] -%}
    {%- set kept = {} -%}
    {%- for row in run_query("select content, changed_from from built.states where relation = '" ~ name ~ "'") -%}
        {%- do kept.update({'content': row[0], 'changed_from': row[1]}) -%}
    {%- endfor -%}
    {%- set told = told_columns(name) -%}
    {%- set is_told = told is not none and 'content' in kept and told_of(name, told) -%}
    {%- if kept.content != content -%}
        {%- do kept.update({'changed_from': kept.content if is_told else none}) -%}
        {%- if is_told -%}{%- do run_query(note_what_is_told(name, relation, told)) -%}{%- endif -%}
    {%- endif -%}
    {%- if told is not none and not is_told -%}
        {%- do run_query(
            'create or replace table ' ~ told_table(name) ~ ' as select ' ~ told ~ ', hash(row) as content from '
            ~ relation ~ ' as row'
        ) -%}
    {%- endif -%}
    {%- set changed_from = "'" ~ kept.changed_from ~ "'" if kept.changed_from else 'null' -%}
    {%- do run_query(
        "delete from built.states where relation = '" ~ name ~ "';
        insert into built.states values ('"
        ~ name ~ "', null, null, '" ~ content ~ "', " ~ changed_from ~ ", '" ~ invocation_id ~ "')"
    ) -%}
{%- endmacro %}

{% macro told_columns(name) -%}
    {%- for node in graph.nodes.values() if node.schema ~ '.' ~ node.get('alias') == name -%}
        {{ return(node.config.get('meta', {}).get('tells')) }}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}

{% macro told_table(name) -%}
    built.{{ name | replace('.', '__') }}__told
{%- endmacro %}

{# Whether these columns are what was kept at the last look. #}
{% macro told_of(name, told) -%}
    {%- set columns = [] -%}
    {%- for row in run_query(
        "select column_name from duckdb_columns() where database_name = current_database()
        and schema_name || '.' || table_name = '" ~ told_table(name) ~ "' order by column_index"
    ) -%}{%- do columns.append(row[0]) -%}{%- endfor -%}
    {{ return(columns | join(', ') == told ~ ', content') }}
{%- endmacro %}

{% macro note_what_is_told(name, relation, told) -%}
    create or replace temp table changed_rows as
    select content
    from (
        select content, -1 as difference from {{ told_table(name) }}
        union all
        select hash(row), 1 from {{ relation }} as row
    )
    group by content
    having sum(difference) <> 0;
    create or replace temp table came as
    select {{ told }}, hash(row) as content from {{ relation }} as row where hash(row) in (from changed_rows);
    create or replace table {{ changes_of(name) }} as
    select {{ told }} from {{ told_table(name) }} where content in (from changed_rows)
    union all
    select {{ told }} from came;
    delete from {{ told_table(name) }} where content in (from changed_rows);
    insert into {{ told_table(name) }} from came
{%- endmacro %}


{% macro content_of(relation) -%}
    (
        select concat(count(*), '|', coalesce(sum(hash(content)), 0), '|', ({{ shape_query(relation) }}))
        from {{ relation }} as content
    )
{%- endmacro %}


{# Which columns a table has: the last part of its content. #}
{% macro shape_of(relation) -%}
    {{ return(run_query(shape_query(relation))[0][0]) }}
{%- endmacro %}

{% macro shape_query(relation) -%}
    select md5(string_agg(column_name || ' ' || column_type, ',')) from (describe select * from {{ relation }})
{%- endmacro %}


{# What a table was built from and by what text: {text, inputs, content}; none where it does not stand. #}
{% macro kept_state(relation) -%}
    {%- set existing = load_cached_relation(relation) -%}
    {%- if existing is none or existing.type != 'table' -%}{{ return(none) }}{%- endif -%}
    {%- set rows = run_query(
        "select text_hash, inputs, content from built.states where inputs is not null and relation = '"
        ~ relation.schema ~ "." ~ relation.identifier ~ "'"
    ) -%}
    {%- for row in rows -%}
        {{ return({'text': row[0], 'inputs': fromjson(row[1]), 'content': row[2]}) }}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}


{# SQL that enters what a relation was built from, and what came of it. `content` and `changed_from` are expressions. #}
{% macro enter_state(relation, state) -%}
    delete from built.states where relation = '{{ relation.schema }}.{{ relation.identifier }}';
    insert into built.states
    select
        '{{ relation.schema }}.{{ relation.identifier }}',
        '{{ state.text }}',
        {% if state.inputs is none %}null{% else %}'{{ tojson(state.inputs, sort_keys=true) | replace("'", "''") }}'{% endif %},
        {{ state.content }},
        {{ state.changed_from }},
        '{{ invocation_id }}'
{%- endmacro %}
