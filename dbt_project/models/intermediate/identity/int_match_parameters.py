"""The chances the identity engine weighs by, trained on the records themselves when a rule says so; kept for ever."""


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="append", full_refresh=False)
    from orchestration.identity.folded import name_of
    from orchestration.identity.parameters import train

    connection = getattr(session, "_cursor", session)
    folded = name_of(dbt.ref("int_records_folded"))
    runs = dbt.source("ops", "runs").aggregate("max_by(as_of_date, run_number)").fetchone()
    return train(connection, folded, runs[0], str(dbt.this) if dbt.is_incremental else None)
