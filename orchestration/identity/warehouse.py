"""The engine inside the warehouse: what the dbt Python models of `intermediate/identity` call, tables in, table out.

Nothing here opens a database or a file but the overrides: dbt gives the connection and the tables.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.identity import evidence, identifiers, records, resolution, scoring
from orchestration.identity.clusters import Decisions
from orchestration.identity.comparisons import COMPARISONS
from orchestration.identity.overrides import Decision, in_force
from orchestration.identity.scoring import Parameters

TRAINED_FOR_DAYS = 90
PARAMETER_SCHEMA = pa.schema(
    [
        ("trained_as_of", pa.date32()), ("comparison", pa.string()), ("level_number", pa.int32()), ("level",
            pa.string()),
        ("chance_same", pa.float64()), ("chance_coincidence", pa.float64()), ("match_weight", pa.float64()),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class People:
    """What a run knows of people: int_person_records, int_record_identifiers and the seed dummy_identifiers."""

    records: pa.Table
    identifiers: pa.Table
    dummies: pa.Table


def judge_identifiers(connection: duckdb.DuckDBPyConnection, people: People) -> pa.Table:
    """E-mails and telephones that tell nobody apart, or hardly: shared, hub and dummy values, with their counts."""
    _read(connection, people)
    records.fold(connection, "people_compared", "contacts_compared")
    identifiers.judge(connection)
    return connection.execute("""
        select contacts.kind as identifier_type, contacts.value as identifier_value,
            coalesce(min(strength), 'dummy') as strength, count(distinct contacts.record_id) as record_count,
            coalesce(max(name_count), 0) as name_count
        from contacts_all as contacts
        left join map_contacts on contacts.kind = map_contacts.kind and contacts.value = map_contacts.value
        left join identifier_strengths
            on map_contacts.kind = identifier_strengths.kind and map_contacts.folded_value = identifier_strengths.value
        group by all having coalesce(min(strength), 'dummy') <> 'personal' order by 1, 2""").to_arrow_table()


def train(connection: duckdb.DuckDBPyConnection, people: People, as_of: date, last_trained: date | None) -> pa.Table:
    """New parameters, as rows; none when those in use are younger than TRAINED_FOR_DAYS."""
    if last_trained is not None and (as_of - last_trained).days < TRAINED_FOR_DAYS:
        return PARAMETER_SCHEMA.empty_table()
    _read(connection, people)
    return parameter_rows(resolution.learn(connection, "people_compared", "contacts_compared"), as_of)


def link(connection: duckdb.DuckDBPyConnection, people: People, parameters: Parameters, overrides: Path) -> pa.Table:
    """int_record_links: the pairs that make or question customers, with their evidence."""
    _read(connection, people)
    numbers = _numbers(people)
    stated, decided = _stated(connection), in_force(overrides)
    every = Decisions(
        np.concatenate([_pairs(stated, numbers), _pairs(decided, numbers, "together")]),
        _pairs(decided, numbers, "apart"),
    )
    found = resolution.resolve(connection, "people_compared", "contacts_compared", every, parameters)
    nobody = np.zeros((0, 2), dtype=np.int64)
    human = Decisions(_pairs(decided, numbers, "together"), every.apart)
    held = resolution.hold_back(connection, found, every)
    links = evidence.account_for(found, held, Decisions(_pairs(stated, numbers), nobody), human)
    return evidence.table(connection, links)


def parameter_rows(parameters: Parameters, as_of: date) -> pa.Table:
    rows = [
        (as_of, comparison.name, number, level.label, float(parameters.same[place, number]),
         float(parameters.coincidence[place, number]),
         float(np.log2(parameters.same[place, number] / parameters.coincidence[place, number])))
        for place, comparison in enumerate(COMPARISONS)
        for number, level in enumerate(comparison.levels, start=1)
    ]  # fmt: skip
    rows.append((as_of, "share", 1, "same", parameters.share_same, parameters.share_family, 0.0))
    columns = [
        pa.array(column, kind.type) for column, kind in zip(zip(*rows, strict=True), PARAMETER_SCHEMA, strict=True)
    ]
    return pa.table(columns, schema=PARAMETER_SCHEMA)


def read_parameters(rows: pa.Table) -> Parameters:
    """The newest of the kept parameters.

    Raises:
        ValueError: there are none.
    """
    if not rows.num_rows:
        raise ValueError("No match parameters have been trained yet. Build int_match_parameters first.")
    newest = max(rows["trained_as_of"].to_pylist())
    same, coincidence = scoring.START.copy(), np.ones_like(scoring.START)
    shares = (0.0, 0.0)
    places = {comparison.name: place for place, comparison in enumerate(COMPARISONS)}
    for row in rows.to_pylist():
        if row["trained_as_of"] != newest:
            continue
        if row["comparison"] == "share":
            shares = (row["chance_same"], row["chance_coincidence"])
        else:
            at = (places[row["comparison"]], row["level_number"])
            same[at], coincidence[at] = row["chance_same"], row["chance_coincidence"]
    return Parameters(same, coincidence, *shares)


def _read(connection: duckdb.DuckDBPyConnection, people: People) -> None:
    for name, table in (
        ("people_records", people.records),
        ("people_identifiers", people.identifiers),
        ("people_dummies", people.dummies),
    ):
        connection.register(name, table)
    connection.execute("""
        create or replace temp table contacts_all as
        select record_key as record_id, identifier_type as kind, identifier_value as value
        from people_identifiers where identifier_type in ('email', 'phone')""")
    connection.execute("""
        create or replace temp table contacts_compared as
        select * from contacts_all
        where not exists (
            from people_dummies
            where people_dummies.identifier_type = contacts_all.kind
                and people_dummies.identifier_value = contacts_all.value
        )""")
    connection.execute("""
        create or replace temp table people_compared as
        select record_key as record_id, source_system, entity_type, full_name, nickname, company_name as company,
            case when phone like '%*%' then phone end as phone, birth_date, gender, street, city, postcode,
                region, country,
            first_seen_at, last_seen_at
        from people_records""")


def _numbers(people: People) -> dict[str, int]:
    return {key: number for number, key in enumerate(sorted(people.records["record_key"].to_pylist()))}


def _stated(connection: duckdb.DuckDBPyConnection) -> list[Decision]:
    """What sources say themselves: records that carry one id of a source system, people and companies apart."""
    rows = connection.execute("""
        select hub, record_key from (
            select record_key, min(record_key) over (partition by entity_type, identifier_value) as hub
            from people_identifiers inner join people_records using (record_key) where identifier_type = 'source_id'
        ) where hub <> record_key order by all""").fetchall()
    return [Decision("together", *sorted(row)) for row in dict.fromkeys(rows)]


def _pairs(decisions: list[Decision], numbers: dict[str, int], kind: str = "together") -> np.ndarray:
    """Decisions about records that no longer come are kept in their file and have no effect."""
    pairs = [
        (numbers[one.record_a], numbers[one.record_b])
        for one in decisions
        if one.decision == kind and one.record_a in numbers and one.record_b in numbers
    ]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)
