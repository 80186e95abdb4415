"""The chances the identity engine weighs by, trained once a quarter on the records themselves; kept for ever."""


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="append", full_refresh=False)
    from orchestration.identity.warehouse import People, train

    connection = getattr(session, "_cursor", session)
    people = People(
        dbt.ref("int_person_records").to_arrow_table(),
        dbt.ref("int_record_identifiers").to_arrow_table(),
        dbt.ref("dummy_identifiers").to_arrow_table(),
    )
    runs = dbt.source("ops", "runs").aggregate("max_by(as_of_date, run_number)").fetchone()
    last_trained = None
    if dbt.is_incremental:
        kept = connection.execute(f"select max(trained_as_of) from {dbt.this}").fetchone()
        last_trained = kept[0]
    return train(connection, people, runs[0], last_trained)
