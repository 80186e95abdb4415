"""What is decided about records before anything is weighed: by sources, which carry one another's ids, and by people.

Decisions about records that no longer come are kept where they stand and have no effect.
"""

from collections.abc import Iterable

import duckdb
import pyarrow as pa

from orchestration.identity.overrides import Decision


def write_down(
    connection: duckdb.DuckDBPyConnection, folded: str, identifiers: str, overrides: Iterable[Decision]
) -> None:
    """The temp table `decided` (record_key_a, record_key_b, decision, origin), a < b, `origin` statement or override.

    Args:
        folded: the table of all records there are (record_key, entity_type).
        identifiers: the table int_record_identifiers; records of a kind that carry one source_id are one.
    """
    rows = list(overrides)
    connection.register(
        "overrides_in_force",
        pa.table({
            "record_key_a": pa.array([one.record_a for one in rows], pa.string()),
            "record_key_b": pa.array([one.record_b for one in rows], pa.string()),
            "decision": pa.array([one.decision for one in rows], pa.string()),
        }),
    )  # fmt: skip
    connection.execute(f"""
        create or replace temp table decided as
        with told as (select record_key, identifier_value from {identifiers} where identifier_type = 'source_id'),
        repeated as (select identifier_value from told group by identifier_value having count(*) > 1),
        carried as (
            select record_key, entity_type, identifier_value
            from told semi join repeated using (identifier_value) inner join {folded} using (record_key)
        ),
        hubs as (
            select entity_type, identifier_value, min(record_key) as hub from carried
            group by entity_type, identifier_value having count(*) > 1
        ),
        every as (
            select distinct hub as record_key_a, record_key as record_key_b, 'together' as decision,
                'statement' as origin
            from carried inner join hubs using (entity_type, identifier_value) where hub <> record_key
        )
        from every
        union all
        select record_key_a, record_key_b, decision, 'override' from overrides_in_force
        where record_key_a in (select record_key from {folded})
            and record_key_b in (select record_key from {folded})""")
    connection.unregister("overrides_in_force")
