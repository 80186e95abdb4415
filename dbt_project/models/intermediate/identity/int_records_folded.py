"""Each record in the spelling in which records are compared; folded once, and again only when it has changed."""


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="append", on_schema_change="sync_all_columns")
    from orchestration.identity.folded import People, bring_up_to_date, name_of

    connection = getattr(session, "_cursor", session)
    people = People(
        name_of(dbt.ref("int_person_records")),
        name_of(dbt.ref("int_record_identifiers")),
        name_of(dbt.ref("dummy_identifiers")),
    )
    return bring_up_to_date(connection, people, str(dbt.this) if dbt.is_incremental else None)
