{#
  A test of large tables, which dbt build runs where there is news only. What it finds is a function of its text and of
  the rows it reads, so a pass stands while both do (news.sql); and a test that marks what it reads by touched()
  (in_part.sql) asks only about the parts whose rows went or came since it passed.

  Right, when for every part the rows that a test finds follow from the marked rows of that part alone. Whatever else is
  news - the text, an input that is not marked, one that changed twice since - is tested whole, as is everything that
  did not pass, and everything that dbt test or a full refresh asks for. So are small tables: there the test is cheaper
  than the books about it (tests_in_part_from).
#}
{% materialization test, adapter='duckdb' %}
    {%- set is_plain = flags.WHICH != 'build' or should_store_failures() -%}
    {%- set read = {} if is_plain else read_by(model) -%}
    {%- set stands = none if is_plain else what_stands(read) -%}
    {%- if is_plain or stands.rows < var('tests_in_part_from') -%}
        {{ return(materialization_test_default()) }}
    {%- endif -%}

    {%- set state = {'text': text_hash(sql), 'inputs': stands.inputs, 'content': 'null', 'changed_from': 'null'} -%}
    {%- set kept = none if should_full_refresh() else stands.kept -%}
    {%- set is_same_text = kept is not none and kept.text == state.text -%}
    {%- if is_same_text and kept.inputs == state.inputs -%}
        {% call statement('main', fetch_result=True) -%}{{ failures_of('select 1 where false') }}{%- endcall %}
        {{ return({'relations': []}) }}
    {%- endif -%}

    {%- set queries = parts_to_test(kept, state, read) if is_same_text else none -%}
    {%- if queries -%}
        {% do run_query('create or replace temp table touched_parts as ' ~ queries | join(' union ')) %}
    {%- endif -%}
    {% call statement('main', fetch_result=True) -%}
        {{ failures_of(text_for_touched(sql, {}) if queries else get_limit_subquery_sql(sql, config.get('limit'))) }}
    {%- endcall %}
    {% if load_result('main').data[0][0] == 0 %}
        {% do run_query(enter_state(this, state)) %}
    {% else %}
        {% do run_query("delete from built.states where relation = '" ~ this.schema ~ '.' ~ this.identifier ~ "'") %}
    {% endif %}
    {{ adapter.commit() }}
    {{ return({'relations': []}) }}
{% endmaterialization %}


{% macro failures_of(rows) -%}
    {{ get_test_sql(rows, config.get('fail_calc'), config.get('warn_if'), config.get('error_if'), limit=none) }}
{%- endmacro %}


{#
  What a test would read, in one query: the versions of its `inputs`, how many `rows` these are, and with what it passed
  last (`kept`: {text, inputs}; none where it did not).
#}
{% macro what_stands(read) -%}
    {%- set found = {'inputs': {}, 'rows': 0, 'kept': none} -%}
    {%- set looked_at = [] -%}
    {%- for relation, version, looked_at_in, kept in run_query(
        "select relation, version, looked_at_in, null from (" ~ versions_query(read) ~ ")
        left join built.states using (relation)
        union all
        select text_hash, null, null, inputs from built.states
        where inputs is not null and relation = '" ~ this.schema ~ "." ~ this.identifier ~ "'"
    ) -%}
        {%- if kept -%}
            {%- do found.update({'kept': {'text': relation, 'inputs': fromjson(kept)}}) -%}
        {%- else -%}
            {%- do found.inputs.update({relation: version}) -%}
            {%- if read[relation].kind != 'other' or looked_at_in == invocation_id -%}{%- do looked_at.append(relation) -%}{%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if looked_at | length < read | length -%}{%- do found.update({'inputs': versions_of(read)}) -%}{%- endif -%}
    {%- for version in found.inputs.values() if '|' in version -%}
        {%- do found.update({'rows': found.rows + version.split('|')[0] | int}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{# The queries of the parts that are to be tested again, or none where the test is to be run whole. #}
{% macro parts_to_test(kept, state, read) -%}
    {%- set marked = {} -%}
    {%- for mark in modules.re.finditer('(\\S+) /\\* by part: (.*?) \\*/', sql) | list -%}
        {%- do marked.update({mark.group(1): mark.group(2)}) -%}
    {%- endfor -%}
    {%- set queries = [] -%}
    {%- for name, version in state.inputs.items() if kept.inputs.get(name) != version -%}
        {%- set part = marked.get(read[name].relation) -%}
        {%- set changes = changes_since(name, kept.inputs.get(name), version) if part else none -%}
        {%- if not changes -%}{{ return(none) }}{%- endif -%}
        {%- do queries.append('select ' ~ part ~ ' as part from ' ~ changes) -%}
    {%- endfor -%}
    {{ return(queries) }}
{%- endmacro %}
