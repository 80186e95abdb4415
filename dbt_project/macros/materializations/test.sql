{#
  A test that dbt build runs where there is news only. What it found is a function of its text and of the rows it reads,
  so a pass stands while both do (news.sql); and a test that marks what it reads by touched() (in_part.sql) asks only
  about the parts whose rows went or came since it passed.

  Right, when for every part the rows that a test finds follow from the marked rows of that part alone. Whatever else is
  news - the text, an input that is not marked, one that changed twice since - is tested whole, as is everything that
  did not pass, and everything that dbt test or a full refresh asks for.
#}
{% materialization test, adapter='duckdb' %}
    {%- if flags.WHICH != 'build' or should_store_failures() -%}
        {{ return(materialization_test_default()) }}
    {%- endif -%}
    {%- set read = read_by(model) -%}
    {%- set state = {'text': text_hash(sql), 'inputs': versions_of(read), 'content': 'null', 'changed_from': 'null'} -%}
    {%- set kept = none if should_full_refresh() else kept_pass() -%}
    {%- set is_same_text = kept is not none and kept.text == state.text -%}
    {%- if is_same_text and kept.inputs == state.inputs -%}
        {% call statement('main', fetch_result=True) -%}
            {{ get_test_sql('select 1 where false', config.get('fail_calc'), config.get('warn_if'), config.get('error_if'), limit=none) }}
        {%- endcall %}
        {{ return({'relations': []}) }}
    {%- endif -%}

    {%- set queries = parts_to_test(kept, state, read) if is_same_text else none -%}
    {%- if queries -%}
        {% do run_query('create or replace temp table touched_parts as ' ~ queries | join(' union ')) %}
    {%- endif -%}
    {% call statement('main', fetch_result=True) -%}
        {{ get_test_sql(
            text_for_touched(sql, {}) if queries else get_limit_subquery_sql(sql, config.get('limit')),
            config.get('fail_calc'), config.get('warn_if'), config.get('error_if'), limit=none
        ) }}
    {%- endcall %}
    {% if load_result('main').data[0][0] == 0 %}
        {% do run_query(enter_state(this, state)) %}
    {% else %}
        {% do run_query("delete from built.states where relation = '" ~ this.schema ~ '.' ~ this.identifier ~ "'") %}
    {% endif %}
    {{ adapter.commit() }}
    {{ return({'relations': []}) }}
{% endmaterialization %}


{# What this test read when it last passed, and its text; none where it did not. #}
{% macro kept_pass() -%}
    {%- for row in run_query(
        "select text_hash, inputs from built.states where inputs is not null and relation = '" ~ this.schema ~ '.' ~ this.identifier ~ "'"
    ) -%}
        {{ return({'text': row[0], 'inputs': fromjson(row[1])}) }}
    {%- endfor -%}
    {{ return(none) }}
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
