"""The pairs of records that make or question customers, with their evidence: what the identity engine finds."""


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="append", on_schema_change="sync_all_columns")
    from orchestration.identity.decisions import write_down
    from orchestration.identity.folded import People, name_of
    from orchestration.identity.overrides import in_force, path_in
    from orchestration.identity.parameters import read_parameters
    from orchestration.identity.warehouse import Clustered, link
    from orchestration.settings import settings

    connection = getattr(session, "_cursor", session)
    people = People(
        name_of(dbt.ref("int_person_records")),
        name_of(dbt.ref("int_record_identifiers")),
        name_of(dbt.ref("dummy_identifiers")),
    )
    folded, clusters = name_of(dbt.ref("int_records_folded")), name_of(dbt.ref("int_record_clusters"))
    parameters = read_parameters(connection, name_of(dbt.ref("int_match_parameters")))
    write_down(connection, folded, people.identifiers, in_force(path_in(settings().data)))
    tables = Clustered(folded, clusters, str(dbt.this) if dbt.is_incremental else None)
    return link(connection, tables, people, parameters)
