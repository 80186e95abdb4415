{#
  A table on DuckDB, replaced in one transaction, and left alone when it would come out the same (see news.sql). What SQL
  makes is written in its place; what Python makes stands beside it first, because a Python model may read the table that
  it is about to replace, and is always made: nobody knows what it reads.
#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set language = model['language'] -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- do clear_the_way(target_relation) -%}

    {%- if language == 'sql' -%}
        {%- set text = text_hash(compiled_code) -%}
        {%- set inputs = versions_of(read_by(model)) -%}
        {%- if is_no_news(target_relation, text, inputs) -%}
            {% call noop_statement('main', 'NO NEWS') -%}{%- endcall %}
            {{ return({'relations': [target_relation]}) }}
        {%- endif -%}
    {%- endif -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% if language == 'sql' %}
        {% call statement('main') -%}
            {{ replace_table_as(target_relation, compiled_code) }}
        {%- endcall %}
        {% do run_query(enter_version(target_relation, text, inputs)) %}
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
