"""The pairs of records that make or question customers, with their evidence: what the identity engine finds."""


def model(dbt, session):
    dbt.config(materialized="table")
    from orchestration.identity.overrides import path_in
    from orchestration.identity.warehouse import People, link, read_parameters
    from orchestration.settings import settings

    connection = getattr(session, "_cursor", session)
    people = People(
        dbt.ref("int_person_records").to_arrow_table(),
        dbt.ref("int_record_identifiers").to_arrow_table(),
        dbt.ref("dummy_identifiers").to_arrow_table(),
    )
    parameters = read_parameters(dbt.ref("int_match_parameters").to_arrow_table())
    return link(connection, people, parameters, path_in(settings().data))
