{#
  Whether a table would come out different from what stands. `built.versions` keeps, for every table and view, the text
  it was built by and what stood in everything it read. Content is a number of rows and a sum of their hashes: a table
  that was rebuilt and came out the same is no news to those who read it. All of it lies in the file it speaks of, so
  that a copy or a rollback takes it along.

  Right, because a table is a function of its text and of the rows it reads: the text is compared as compiled (vars,
  macros, the currency and ephemeral models are in it), the rows by content. What was delivered is compared by the
  books, delivery by delivery, up to the day by which deliveries are believed (known_on), which is why that day itself
  may differ. What dbt does not see is always looked at anew: seeds, tables of Python and incremental models and of
  `ml` and `ops` are hashed once a build.
#}

{# What a model reads, through views and ephemeral models: relation -> {kind: view, table, raw or other; name; feed}. #}
{% macro read_by(node) -%}
    {%- set found = {} -%}
    {%- set waiting = node.depends_on.nodes | list -%}
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
                {%- for further in parent.depends_on.nodes if further not in waiting -%}
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


{# The text of a model, without the day by which deliveries are believed. #}
{% macro text_hash(text) -%}
    {%- set undated = modules.re.sub("_delivery_date <= cast\\('[0-9-]+' as date\\)", '_delivery_date <= known_on', text) -%}
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
    from built.versions
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


{# Tables that keep no version are hashed when the build first asks for them. #}
{% macro look_at_others(read) -%}
    {%- set others = [] -%}
    {%- for name, input in read.items() if input.kind in ('table', 'other') -%}{%- do others.append(name) -%}{%- endfor -%}
    {%- set known = [] -%}
    {%- for row in run_query(
        "create schema if not exists built;
        create table if not exists built.versions (
            relation varchar, text_hash varchar, inputs varchar, content varchar, looked_at_in varchar
        );
        select relation, looked_at_in from built.versions where relation in ('" ~ others | join("', '") ~ "')"
    ) -%}
        {%- if read[row[0]].kind == 'table' or row[1] == invocation_id -%}{%- do known.append(row[0]) -%}{%- endif -%}
    {%- endfor -%}
    {%- for name in others if name not in known -%}
        {%- do run_query(
            "delete from built.versions where relation = '" ~ name ~ "';
            insert into built.versions
            select '" ~ name ~ "', null, null, " ~ content_of(read[name].relation) ~ ", '" ~ invocation_id ~ "'"
        ) -%}
    {%- endfor -%}
{%- endmacro %}


{% macro content_of(relation) -%}
    (
        select concat(count(*), '|', coalesce(sum(hash(content)), 0), '|', (
            select md5(string_agg(column_name || ' ' || column_type, ',')) from (describe select * from {{ relation }})
        ))
        from {{ relation }} as content
    )
{%- endmacro %}


{# Whether a table stands as its text and what it reads would make it. #}
{% macro is_no_news(relation, text, inputs) -%}
    {%- set existing = load_cached_relation(relation) -%}
    {%- if should_full_refresh() or existing is none or existing.type != 'table' -%}{{ return(false) }}{%- endif -%}
    {%- set kept = run_query(
        "select text_hash, inputs from built.versions where relation = '" ~ relation.schema ~ "." ~ relation.identifier ~ "'"
    ) -%}
    {{ return(kept | length == 1 and kept[0][0] == text and kept[0][1] == tojson(inputs, sort_keys=true)) }}
{%- endmacro %}


{# SQL that enters what a relation was built from, and what came of it. #}
{% macro enter_version(relation, text, inputs) -%}
    delete from built.versions where relation = '{{ relation.schema }}.{{ relation.identifier }}';
    insert into built.versions
    select
        '{{ relation.schema }}.{{ relation.identifier }}',
        '{{ text }}',
        '{{ tojson(inputs, sort_keys=true) | replace("'", "''") }}',
        {{ content_of(relation) if relation.type == 'table' else 'null' }},
        '{{ invocation_id }}'
{%- endmacro %}
