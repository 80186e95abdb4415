"""The evidence inside the warehouse: int_record_links, brought up to date for components that were clustered anew.

Nothing here opens a database or a file: dbt gives the connection and the tables.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.identity import evidence, records, resolution, scoring, slices
from orchestration.identity.clusters import Decisions, Numbers, likely_components
from orchestration.identity.day import decisions_in_folded, gather, likely_in_folded
from orchestration.identity.folded import People, read_records
from orchestration.identity.frequencies import Frequencies
from orchestration.identity.resolution import Resolution
from orchestration.identity.scoring import Parameters


@dataclass(frozen=True)
class Clustered:
    """Names of the tables links are made from, and of int_record_links as it stands, if it does."""

    folded: str
    clusters: str
    kept: str | None


def link(connection: duckdb.DuckDBPyConnection, tables: Clustered, people: People, parameters: Parameters) -> pa.Table:
    """The pairs that make or question customers, with their evidence, of components clustered since links were made.

    Expects the temp table `decided`. Rows of `kept` that these replace, or of records gone, are deleted.
    """
    linked, clustered = _newest(connection, tables)
    connection.execute(f"""
        create or replace temp table anew as
        select record_key, component_key, likely_key, cluster_key, likely_pairs from {tables.clusters}
        where clustered_in_run > {linked if linked <= clustered else -1}""")
    found = pa.concat_tables(
        _links(connection, tables, people, parameters) for _ in _several(connection, slices.AT_ONCE)
    )
    if tables.kept:
        connection.execute(f"""
            delete from {tables.kept}
            where record_key_a in (select record_key from anew)
            or record_key_a not in (select record_key from {tables.clusters})""")
    return found.append_column("linked_in_run", pa.array([clustered] * len(found), pa.int64()))


def _several(connection: duckdb.DuckDBPyConnection, at_once: int) -> Iterator[None]:
    """`several`: records clustered anew that somebody may be one with, whole components of about so many at a time. At
    least one, if an empty one. A component's links depend on nothing outside it."""
    connection.execute(f"""
        create or replace temp table batches as
        with sizes as (select component_key, count(*) as size from anew group by component_key having count(*) > 1)
        select component_key, cast(sum(size) over (order by component_key) // {at_once} as integer) as batch
        from sizes""")
    row = connection.execute("select coalesce(max(batch), 0) from batches").fetchone()
    for batch in range(row[0] + 1 if row else 1):
        connection.execute(f"""
            create or replace temp table several as
            select * from anew semi join (select * from batches where batch = {batch}) using (component_key)""")
        yield


def _newest(connection: duckdb.DuckDBPyConnection, tables: Clustered) -> tuple[int, int]:
    """The last batch that has links, and the last there is; -1 for none."""
    linked = f"select max(linked_in_run) from {tables.kept}" if tables.kept else "select null"
    row = connection.execute(f"""
        select coalesce(({linked}), -1), coalesce((select max(clustered_in_run) from {tables.clusters}), -1)
        """).fetchone()
    return row or (-1, -1)


def _links(
    connection: duckdb.DuckDBPyConnection, tables: Clustered, people: People, parameters: Parameters
) -> pa.Table:
    gather(connection, tables.folded, "several")
    connection.execute("""
        create or replace temp table pairs_anew as
        select record_key as record_key_a, unnest(likely_pairs, recursive := true) from several""")
    likely = likely_in_folded(connection, "pairs_anew")
    labels = likely_components(len(connection.table("several")), likely, decisions_in_folded(connection))
    pairs = resolution.compare_within(connection, labels, likely)
    weights = scoring.weigh(pairs, Frequencies(connection, parameters.values), parameters)
    found = Resolution(_as_clustered(connection, "likely_key"), pairs, weights, parameters, likely.compared)
    stated, human = decisions_in_folded(connection, "statement"), decisions_in_folded(connection, "override")
    nobody = np.zeros((0, 2), dtype=np.int64)
    links = evidence.account_for(
        found, _as_clustered(connection, "cluster_key"), Decisions(stated.together, nobody), human
    )
    _as_written(connection, tables, people)
    return evidence.table(connection, links)


def _as_clustered(connection: duckdb.DuckDBPyConnection, key: str) -> Numbers:
    """The number of the record that stands for each gathered record's cluster."""
    found = connection.execute(f"""
        select heads.record_no as cluster from folded inner join several using (record_key)
        inner join folded as heads on several.{key} = heads.record_key order by folded.record_no""").fetchnumpy()
    return np.asarray(found["cluster"], np.int64)


def _as_written(connection: duckdb.DuckDBPyConnection, tables: Clustered, people: People) -> None:
    """`numbered` and `contacts_written` of the gathered records: what their evidence shows."""
    read_records(connection, people)
    connection.execute("""
        create or replace temp view people_linked as
        select * from people_compared where record_id in (select record_key from folded)""")
    records.number(connection, "people_linked")
    connection.execute(f"""
        create or replace temp table contacts_written as
        select record_no, kind, written as value
        from (
            select record_no, unnest(kept.contacts, recursive := true)
            from {tables.folded} as kept inner join folded using (record_key)
        )
        where kind <> 'mask'""")
