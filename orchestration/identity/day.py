"""A day's scoring: only pairs that touch a new or changed record, only components that such a pair or record touches.

What is kept between days stands in `int_record_clusters`, one row per record: the version it was scored in (of its
folded row, of the decisions about it and of the parameters), its likely pairs with larger keys, its component and its
clusters. A pair's weight depends on its two records and the parameters alone, and a component's clusters on nothing
outside it; so a day ends in the table that scoring everything would give, whatever came late, changed or was taken
back.
"""

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.identity import blocking, clusters, resolution, scoring
from orchestration.identity.clusters import Decisions, Likely
from orchestration.identity.frequencies import Frequencies
from orchestration.identity.parameters import stamp
from orchestration.identity.scoring import Parameters


@dataclass(frozen=True)
class House:
    """Names of the tables a day starts from: int_records_folded, and int_record_clusters as it stands, if it does."""

    folded: str
    kept: str | None


def bring_up_to_date(
    connection: duckdb.DuckDBPyConnection, house: House, parameters: Parameters, run_number: int
) -> duckdb.DuckDBPyRelation:
    """The rows of all records of touched components; rows of `kept` that they replace, or of records gone, are deleted.

    Expects the temp table `decided` (record_key_a, record_key_b, decision): see `decisions.py`.
    """
    _find_changes(connection, house, parameters)
    _score_changed(connection, house, parameters)
    _find_touched(connection, house)
    gather(connection, house.folded, "touched")
    likely, decisions = _likely_in_touched(connection, house), decisions_in_folded(connection)
    frequencies = Frequencies(connection, parameters.values)
    found = resolution.clusters_settled(connection, likely, frequencies, parameters, decisions)
    held = resolution.hold_back(connection, found, decisions)
    joined = np.concatenate([np.stack([likely.a, likely.b], axis=1), decisions.together])
    component = clusters.components(frequencies.records, joined[:, 0], joined[:, 1])
    _write(connection, pa.table({
        "record_no": np.arange(frequencies.records), "component_no": component,
        "likely_no": found, "cluster_no": held,
    }), _batch(connection, house, run_number))  # fmt: skip
    if house.kept:
        connection.execute(f"""
            delete from {house.kept} where record_key in (select record_key from written)
            or record_key not in (select record_key from {house.folded})""")
    return connection.sql("from written")


def gather(connection: duckdb.DuckDBPyConnection, folded: str, wanted: str) -> None:
    """The temp table `folded` of the records of `wanted` (record_key, not repeated), numbered in the order of their
    keys: what is compared of them."""
    connection.execute(f"""
        create or replace temp table folded as
        with numbered as (
            select record_key, cast(row_number() over (order by record_key) - 1 as integer) as record_no from {wanted}
        )
        select * exclude (block_keys, contacts, input_hash, version)
        from {folded} inner join numbered using (record_key)""")


def decisions_in_folded(connection: duckdb.DuckDBPyConnection, origin: str = "%") -> Decisions:
    """What is decided about the gathered records, as numbers; `origin`: statement or override, else both."""
    return Decisions(*(_numbers(connection, decision, origin) for decision in ("together", "apart")))


def likely_in_folded(connection: duckdb.DuckDBPyConnection, pairs: str) -> Likely:
    """The pairs of a relation (record_key_a, record_key_b, bits) as numbers of the gathered records, in their order."""
    found = connection.execute(f"""
        select one.record_no as a, other.record_no as b, bits
        from {pairs} as pairs
        inner join folded as one on pairs.record_key_a = one.record_key
        inner join folded as other on pairs.record_key_b = other.record_key
        order by a, b""").fetchnumpy()
    return Likely(
        np.asarray(found["a"], np.int32), np.asarray(found["b"], np.int32), np.asarray(found["bits"], np.float32), 0
    )


def _find_changes(connection: duckdb.DuckDBPyConnection, house: House, parameters: Parameters) -> None:
    """`now` (record_key, version, row_no) and `changed`, its part that was not scored in this version."""
    connection.execute(f"""
        create or replace temp table now as
        with about as (
            select record_key_a as record_key, hash(record_key_a, record_key_b, decision) as stamp from decided
            union all
            select record_key_b, hash(record_key_a, record_key_b, decision) from decided
        ),
        stamps as (select record_key, bit_xor(stamp) as stamp from about group by record_key)
        select record_key, folded.rowid as row_no, hash(folded.version, stamp, '{stamp(parameters)}') as version
        from {house.folded} as folded left join stamps using (record_key)""")
    old = f"left join {house.kept} as kept using (record_key) where kept.version is distinct from now.version"
    connection.execute(f"""
        create or replace temp table changed as
        select record_key, now.row_no from now {old if house.kept else ""}""")


def _score_changed(connection: duckdb.DuckDBPyConnection, house: House, parameters: Parameters) -> None:
    """`scored` (record_key_a, record_key_b, bits): the likely pairs that touch a changed record."""
    connection.execute(f"""
        create or replace temp view keys_of_rows as
        select cast(rowid as integer) as record_no, unnest(block_keys) as block_key from {house.folded}""")
    everything = connection.execute("select (select count(*) from changed) = (select count(*) from now)").fetchone()
    connection.execute("create or replace temp view rows_changed as select cast(row_no as integer) from changed")
    blocking.block(connection, "keys_of_rows", parameters.crowded, "" if everything == (True,) else "rows_changed")
    connection.execute("""
        create or replace temp table near as
        with rows as (select a from candidates union select b from candidates)
        select now.record_key, rows.a as row_no from rows inner join now on rows.a = now.row_no""")
    gather(connection, house.folded, "near")
    connection.execute("""
        create or replace temp table candidates as
        with numbers as (select row_no, record_no from near inner join folded using (record_key))
        select least(one.record_no, other.record_no) as a, greatest(one.record_no, other.record_no) as b
        from candidates
        inner join numbers as one on candidates.a = one.row_no
        inner join numbers as other on candidates.b = other.row_no""")
    frequencies = Frequencies(connection, parameters.values)
    pairs = scoring.compare(connection, "candidates")
    likely = resolution.likely_pairs(pairs, scoring.totals(pairs, frequencies, parameters))
    connection.register("likely", pa.table({"a": likely.a, "b": likely.b, "bits": likely.bits}))
    connection.execute("""
        create or replace temp table scored as
        select one.record_key as record_key_a, other.record_key as record_key_b, bits
        from likely
        inner join folded as one on likely.a = one.record_no
        inner join folded as other on likely.b = other.record_no""")
    connection.unregister("likely")


def _find_touched(connection: duckdb.DuckDBPyConnection, house: House) -> None:
    """`touched`: records that changed, and all of every component that held one, or one gone, or a partner of one."""
    if not house.kept:
        connection.execute("create or replace temp table touched as select record_key from now")
        return
    connection.execute(f"""
        create or replace temp table touched as
        with stirred as (
            select record_key from changed
            union select record_key_a from scored
            union select record_key_b from scored
            union select record_key from {house.kept} anti join now using (record_key)
        ),
        components as (select distinct component_key from {house.kept} semi join stirred using (record_key))
        select record_key from changed
        union
        select record_key from {house.kept} semi join components using (component_key) semi join now using (record_key)
        """)


def _likely_in_touched(connection: duckdb.DuckDBPyConnection, house: House) -> Likely:
    """The pairs just scored, and those kept between records that are as they were."""
    if not house.kept:
        connection.execute("create or replace temp table likely_pairs as from scored")
        return likely_in_folded(connection, "likely_pairs")
    connection.execute(f"""
        create or replace temp table likely_pairs as
        with unchanged as (select record_key from touched anti join changed using (record_key)),
        pairs as (
            select record_key as record_key_a, unnest(likely_pairs, recursive := true)
            from {house.kept} semi join unchanged using (record_key)
        )
        select record_key_a, record_key_b, bits from pairs
        where record_key_b in (select record_key from unchanged)
        union all by name
        from scored""")
    return likely_in_folded(connection, "likely_pairs")


def _batch(connection: duckdb.DuckDBPyConnection, house: House, run_number: int) -> int:
    """The number of this run, or the next where this run has clustered before: what is later has a larger one."""
    if not house.kept:
        return run_number
    row = connection.execute(f"select max(clustered_in_run) from {house.kept}").fetchone()
    return max(run_number, row[0] + 1) if row and row[0] is not None else run_number


def _write(connection: duckdb.DuckDBPyConnection, found: pa.Table, batch: int) -> None:
    connection.register("found", found)
    connection.execute(f"""
        create or replace temp table written as
        with pairs as (
            select record_key_a as record_key,
                list({{'record_key_b': record_key_b, 'bits': bits}} order by record_key_b) as likely_pairs
            from likely_pairs group by record_key_a
        )
        select own.record_key, now.version, clusters.record_key as cluster_key, likely.record_key as likely_key,
            components.record_key as component_key, {batch} as clustered_in_run, likely_pairs
        from found
        inner join folded as own on found.record_no = own.record_no
        inner join folded as clusters on found.cluster_no = clusters.record_no
        inner join folded as likely on found.likely_no = likely.record_no
        inner join folded as components on found.component_no = components.record_no
        inner join now on own.record_key = now.record_key
        left join pairs on own.record_key = pairs.record_key""")
    connection.unregister("found")


def _numbers(connection: duckdb.DuckDBPyConnection, decision: str, origin: str) -> np.ndarray:
    found = connection.execute(
        """
        select one.record_no as a, other.record_no as b
        from decided
        inner join folded as one on decided.record_key_a = one.record_key
        inner join folded as other on decided.record_key_b = other.record_key
        where decision = ? and origin like ? order by a, b""",
        [decision, origin],
    ).fetchnumpy()
    return np.stack([np.asarray(found["a"], np.int64), np.asarray(found["b"], np.int64)], axis=1)
