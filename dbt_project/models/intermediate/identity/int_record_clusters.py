"""Which records are one and the same: today's pairs scored, and the components they touch clustered anew."""


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="append", on_schema_change="sync_all_columns")
    from orchestration.identity.day import House, bring_up_to_date
    from orchestration.identity.decisions import write_down
    from orchestration.identity.folded import name_of
    from orchestration.identity.overrides import in_force, path_in
    from orchestration.identity.parameters import read_parameters
    from orchestration.settings import settings

    connection = getattr(session, "_cursor", session)
    folded = name_of(dbt.ref("int_records_folded"))
    runs = dbt.source("ops", "runs").aggregate("max(run_number)").fetchone()
    parameters = read_parameters(connection, name_of(dbt.ref("int_match_parameters")))
    identifiers = name_of(dbt.ref("int_record_identifiers"))
    write_down(connection, folded, identifiers, in_force(path_in(settings().data)))
    house = House(folded, str(dbt.this) if dbt.is_incremental else None)
    return bring_up_to_date(connection, house, parameters, runs[0])
