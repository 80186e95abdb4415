{#
  A table on DuckDB, replaced in one transaction; left alone when it would come out the same (news.sql), and built only
  where news touched it when the model says how (in_part.sql). What SQL makes is written in its place; what Python makes
  stands beside it first, because a Python model may read the table that it is about to replace, and is always made:
  nobody knows what it reads.
#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set language = model['language'] -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- do clear_the_way(target_relation) -%}

    {%- if language == 'sql' -%}
        {%- set read = read_by(model) -%}
        {%- set inputs = versions_of(read) -%}
        {%- set slices = {'asked': slices_asked(), 'standing': []} -%}
        {%- if slices.asked %}{% do inputs.update({'slices': slices.asked | join(' ')}) %}{% endif -%}
        {%- if is_told_of_the_day() %}{% do inputs.update({'as_of_date': as_of_date()}) %}{% endif -%}
        {%- set kept = kept_state(target_relation) -%}
        {%- set text = text_hash(compiled_code) -%}
        {%- if not should_full_refresh() and kept is not none and kept.text == text and kept.inputs == inputs -%}
            {% call noop_statement('main', 'NO NEWS') -%}{%- endcall %}
            {{ return({'relations': [target_relation]}) }}
        {%- endif -%}
    {%- endif -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% if language == 'sql' %}
        {%- set state = {'text': text, 'inputs': inputs, 'content': content_of(target_relation), 'changed_from': 'null'} -%}
        {%- set queries = parts_to_build(target_relation, kept, state, read) -%}
        {%- set is_in_part = queries is not none -%}
        {%- set keeps_changes = kept is not none and (is_in_part or is_followed(target_relation)) -%}
        {% if is_in_part and slices.asked %}
            {% do slices.update({'standing': standing_slices(target_relation, slices.asked, queries.slices_touched_by)}) %}
        {% endif %}
        {% call statement('main') -%}
            {%- if keeps_changes and not is_in_part %}{{ set_aside(target_relation) }}{% endif -%}
            {%- if is_in_part -%}
                {{ build_parts(target_relation, compiled_code, queries.touched_by, slices, inputs) }}
            {%- elif slices.asked -%}
                {{ build_slices(target_relation, compiled_code, slices.asked, inputs) }}
            {%- else -%}
                {{ replace_table_as(target_relation, compiled_code) }}
            {%- endif -%}
        {%- endcall %}
        {% if keeps_changes and (is_in_part or shape_of(target_relation) == kept.content.split('|') | last) %}
            {% if not is_in_part %}{% do run_query(note_changes(target_relation)) %}{% endif %}
            {% do state.update({'changed_from': "'" ~ kept.content ~ "'"}) %}
        {% endif %}
        {% if keeps_changes and not is_in_part %}{% do run_query(drop_set_aside(target_relation)) %}{% endif %}
        {% if is_in_part %}{% do state.update({'content': content_in_part(kept.content)}) %}{% endif %}
        {% do run_query(note_deliveries(target_relation, read) ~ enter_state(target_relation, state)) %}
    {% else %}
        {%- set draft = make_intermediate_relation(target_relation) -%}
        {% do adapter.drop_relation(draft) %}
        {% call statement('main', language=language) -%}
            {{- create_table_as(False, draft, compiled_code, language) }}
        {%- endcall %}
        {% do drop_relation_if_exists(load_cached_relation(this)) %}
        {% do adapter.rename_relation(draft, target_relation) %}
    {% endif %}
    {% do persist_docs(target_relation, model) %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{% macro replace_table_as(relation, query) -%}
    {%- if config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(query) }}
        create or replace table {{ relation }} {{ get_table_columns_and_constraints() }};
        insert into {{ relation }} {{ get_column_names() }} (
            {{ get_select_subquery(query) }}
        );
    {%- else -%}
        create or replace table {{ relation }} as (
            {{ query }}
        );
    {%- endif -%}
{%- endmacro %}
