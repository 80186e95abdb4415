"""`crm link`: the engine on any file of person records, no warehouse needed."""

import uuid
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.identity import evidence, records
from orchestration.identity.clusters import NONE
from orchestration.identity.resolution import resolve

COMPARED = frozenset(records.COLUMNS) - {
    "record_id",
    "source_system",
    "entity_type",
    "country",
    "first_seen_at",
    "last_seen_at",
}
TELLING = COMPARED - {"gender", "region", "occupation", "house_number"}
ALONE_ENOUGH = frozenset(("email", "phone", "national_id", "company"))
KINDS = {
    **dict.fromkeys(("full_name", "given_name", "family_name"), "a name"),
    **dict.fromkeys(("street", "house_number", "city", "postcode", "region"), "an address"),
}
NAMESPACE = uuid.UUID("6f1e0f2a-3d0c-4a57-9d54-0a5b1c9be001")


class NothingToLinkError(Exception):
    """The file cannot be linked; the message says why and what to do."""


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
        NothingToLinkError: no column to match on, no record, or record ids that repeat.
    """
    with duckdb.connect() as connection:
        connection.execute("set preserve_insertion_order = true; set threads = 2")
        _read(connection, source)
        resolution = resolve(connection, "input_records")
        links = evidence.account_for(resolution, resolution.cluster, NONE, NONE)
        connection.register("links", evidence.table(connection, links))
        ids = [row[0] for row in connection.execute("select record_id from numbered order by record_no").fetchall()]
        names = {number: str(uuid.uuid5(NAMESPACE, ids[number])) for number in np.unique(resolution.cluster).tolist()}
        assigned = pa.table(
            {"record_id": ids, "customer_id": [names[number] for number in resolution.cluster.tolist()]}
        )
        connection.register("assigned", assigned)
        _write(connection, target)
        sizes = np.unique(resolution.cluster, return_counts=True)[1]
    return Linked(len(ids), len(sizes), resolution.compared, int(sizes.max()))


def _read(connection: duckdb.DuckDBPyConnection, source: Path) -> None:
    """`input_records`: the file's known columns as text, and a number of the row where it has no record_id."""
    reader = "read_parquet(?)" if source.suffix.lower() in (".parquet", ".pq") else "read_csv(?, all_varchar = true)"
    try:
        connection.execute(f"create temp table arrived as select * from {reader}", [str(source)])
    except duckdb.Error as error:
        raise NothingToLinkError(
            f"{source.name} could not be read as CSV or Parquet. Save it with a header row as UTF-8 CSV or as Parquet."
        ) from error
    there = {row[0].lower(): row[0] for row in connection.execute("describe arrived").fetchall()}
    known = [column for column in records.COLUMNS if column in there]
    filled = [
        column
        for column in known
        if column in COMPARED
        and connection.execute(
            f"select count(*) from arrived where trim(cast(\"{there[column]}\" as varchar)) <> ''"
        ).fetchone()
        != (0,)
    ]
    if not TELLING.intersection(filled):
        raise NothingToLinkError(
            f"There is nothing to match on in {source.name}: none of its columns holds a name, contact point, date of "
            f"birth, document or address. Name them as in: {', '.join(sorted(TELLING))}."
        )
    kinds = {KINDS.get(column, column) for column in filled} - {"gender"}
    if len(kinds) == 1 and not kinds & ALONE_ENOUGH:
        raise NothingToLinkError(
            f"{source.name} tells {kinds.pop()} of its records and nothing else, and many people share one. Add "
            f"another column, as in: {', '.join(sorted(TELLING))}."
        )
    chosen = [f'"{there[column]}" as {column}' for column in known]
    if "record_id" not in known:
        chosen.append("cast(row_number() over () as varchar) as record_id")
    connection.execute(f"create temp table input_records as select {', '.join(chosen)} from arrived")
    total, distinct = connection.execute(
        "select count(*), count(distinct cast(record_id as varchar)) from input_records"
    ).fetchone() or (0, 0)
    if not total:
        raise NothingToLinkError(f"{source.name} holds no records.")
    if total != distinct:
        raise NothingToLinkError(
            f"{total - distinct} rows of {source.name} repeat a record_id "
            "or have none. Give every row an id of its own."
        )


def _write(connection: duckdb.DuckDBPyConnection, target: Path) -> None:
    form = "parquet" if target.suffix.lower() in (".parquet", ".pq") else "csv, header"
    connection.execute(
        f"""
        copy (
            with path as (
                select record_key_a as record_id, match_probability, match_weight, evidence, record_key_b as other
                from links where is_on_path
                union all
                select record_key_b, match_probability, match_weight, evidence, record_key_a from links where is_on_path
            ),
            best as (
                select record_id, arg_max(match_probability, (match_weight, other)) as match_probability,
                    arg_max(json_object('with', other, 'fields', cast(evidence as json)), (match_weight,
                        other)) as evidence
                from path group by record_id
            )
            select cast(input_records.record_id as varchar) as record_id, customer_id,
                coalesce(match_probability, 1.0) as match_probability, coalesce(cast(evidence as varchar),
                    '') as evidence
            from input_records
            inner join assigned on trim(cast(input_records.record_id as varchar)) = assigned.record_id
            left join best on assigned.record_id = best.record_id
        ) to '{target.as_posix().replace("'", "''")}' (format {form})"""
    )
