"""`crm link`: the engine on any file of person records, no warehouse needed.

How a file is read and refused stands in `arrivals.py`.
"""

import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.identity import evidence
from orchestration.identity.arrivals import NothingToLinkError, read
from orchestration.identity.clusters import NONE
from orchestration.identity.resolution import resolve

__all__ = ["Linked", "NothingToLinkError", "link_file"]

NAMESPACE = uuid.UUID("6f1e0f2a-3d0c-4a57-9d54-0a5b1c9be001")
MEMORY = "2GB"  # of DuckDB; a million records then take under 4 GB in all


@dataclass(frozen=True)
class Linked:
    """What came of a file. `largest`: records of the largest customer."""

    records: int
    customers: int
    compared: int
    largest: int


def link_file(source: Path, target: Path) -> Linked:
    """Read CSV or Parquet, write record_id, customer_id, match_probability and evidence in the order of the input.

    Equal inputs get equal customer ids: the id is derived from the smallest record id of the customer.

    Raises:
        NothingToLinkError: no column to match on, no record, record ids that repeat, or no folder to write to.
    """
    if not target.absolute().parent.is_dir():
        raise NothingToLinkError(f"There is no folder {target.parent} to write {target.name} to. Make it first.")
    with (
        tempfile.TemporaryDirectory() as scratch,
        duckdb.connect(config={"threads": 2, "memory_limit": MEMORY, "temp_directory": scratch}) as connection,
    ):
        connection.execute("set preserve_insertion_order = true; set enable_progress_bar = false")
        read(connection, source)
        resolution = resolve(connection, "input_records")
        links = evidence.account_for(resolution, resolution.cluster, NONE, NONE)
        connection.register("links", evidence.table(connection, links))
        ids = [row[0] for row in connection.execute("select record_id from numbered order by record_no").fetchall()]
        connection.register("alone", _alone(connection))
        names = {number: str(uuid.uuid5(NAMESPACE, ids[number])) for number in np.unique(resolution.cluster).tolist()}
        assigned = pa.table(
            {"record_id": ids, "customer_id": [names[number] for number in resolution.cluster.tolist()]}
        )
        connection.register("assigned", assigned)
        _answer(connection)
        form = "parquet" if target.suffix.lower() in (".parquet", ".pq") else "csv, header"
        connection.execute(f"copy answer to '{target.as_posix().replace(chr(39), chr(39) * 2)}' (format {form})")
        records, customers, largest = connection.execute("""
            select sum(size), count(*), max(size) from (select count(*) as size from answer group by customer_id)
            """).fetchone() or (0, 0, 0)
    return Linked(int(records), int(customers), resolution.compared, int(largest))


def _answer(connection: duckdb.DuckDBPyConnection) -> None:
    """The view `answer`. A copy (see `arrivals.read`) goes where the record it repeats goes, if the copies of that
    record that were compared are one customer: they are alike, so it would have been one with them as well."""
    connection.execute("""
        create or replace temp view answer as
        with path as (
            select record_key_a as record_id, match_probability, match_weight, evidence, record_key_b as other
            from links where is_on_path
            union all
            select record_key_b, match_probability, match_weight, evidence, record_key_a from links where is_on_path
        ),
        best as (
            select record_id, arg_max(match_probability, (match_weight, other)) as match_probability,
                arg_max(json_object('with', other, 'fields', cast(evidence as json)), (match_weight, other)) as evidence
            from path group by record_id
        ),
        compared as (
            select assigned.record_id, customer_id, coalesce(match_probability, 1.0) as match_probability,
                coalesce(cast(evidence as varchar), '') as evidence
            from assigned left join best using (record_id)
        ),
        known as (
            from compared
            union all
            select arrived_ids.record_id, one.customer_id, one.match_probability, one.evidence
            from arrived_ids
            inner join compared as one on arrived_ids.repeats = one.record_id
            inner join compared as other on arrived_ids.repeats_too = other.record_id
            where one.customer_id = other.customer_id
        )
        select arrived_ids.record_id, coalesce(known.customer_id, alone.customer_id) as customer_id,
            coalesce(known.match_probability, 1.0) as match_probability, coalesce(known.evidence, '') as evidence
        from arrived_ids
        left join known on arrived_ids.record_id = known.record_id
        left join alone on arrived_ids.record_id = alone.record_id
        order by arrived_ids.row_no""")


def _alone(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """The customer that a copy is by itself."""
    rows = connection.execute("select record_id from arrived_ids where repeats is not null").fetchall()
    ids = [row[0] for row in rows]
    customers = [str(uuid.uuid5(NAMESPACE, record)) for record in ids]
    return pa.table({"record_id": pa.array(ids, pa.string()), "customer_id": pa.array(customers, pa.string())})
