"""Each record folded once: what of `int_records_folded` has to be written anew, given what it holds already.

A record is folded again where anything that arrived of it is different (`input_hash`), and is written again where only
the worth of one of its telephones or mailboxes is, because of others who carry it. Scoring and training start from the
table; nothing of a name or a number is spelled out there that did not arrive.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb

from orchestration.identity import blocking, identifiers, records, slices


@dataclass(frozen=True)
class People:
    """What a run knows of people, names of tables: int_person_records, int_record_identifiers, dummy_identifiers."""

    records: str
    identifiers: str
    dummies: str


def read(connection: duckdb.DuckDBPyConnection, people: People) -> None:
    """`people_compared` and `contacts_all`, as `records.fold` reads them."""
    connection.execute(f"""
        create or replace temp table contacts_all as
        with dummies as (from {people.dummies})
        select record_key as record_id, identifiers.identifier_type as kind, identifiers.identifier_value as value,
            dummies.identifier_value is not null as is_dummy
        from {people.identifiers} as identifiers
        left join dummies
            on identifiers.identifier_type = dummies.identifier_type
            and identifiers.identifier_value = dummies.identifier_value
        where identifiers.identifier_type in ('email', 'phone')""")
    read_records(connection, people)


def read_records(connection: duckdb.DuckDBPyConnection, people: People) -> None:
    """`people_compared` alone."""
    connection.execute(f"""
        create or replace temp view people_compared as
        select record_key as record_id, source_system, entity_type, full_name, nickname, company_name as company,
            case when phone like '%*%' then phone end as phone, birth_date, gender, street, city, postcode,
                region, country,
            first_seen_at, last_seen_at
        from {people.records}""")


def bring_up_to_date(
    connection: duckdb.DuckDBPyConnection, people: People, kept: str | None
) -> duckdb.DuckDBPyRelation:
    """Rows to be written: of new and changed records, and of those whose identifiers are worth something else now.

    Rows of `kept` (the table as it stands, if it does) that these replace, or whose record is gone, are deleted.
    """
    read(connection, people)
    connection.execute(f"""
        create or replace temp table arrived as
        with contacts as (
            select record_id, bit_xor(hash(kind, value, is_dummy)) as contacts_hash from contacts_all group by record_id
        )
        select people.record_id, hash('{engine()}', people, contacts_hash) as input_hash
        from people_compared as people left join contacts using (record_id)""")
    old = (
        f"left join {kept} as kept on record_key = record_id where kept.input_hash is distinct from arrived.input_hash"
    )
    connection.execute(f"""
        create or replace temp table changed as
        select record_id, arrived.input_hash from arrived {old if kept else ""}""")
    _fold_changed(connection)
    if kept and not _all_changed(connection):
        _join_carriers(connection, kept)
    else:
        identifiers.judge(connection)
    identifiers.attach(connection)
    blocking.key(connection)
    _write(connection, kept)
    if kept:
        connection.execute(f"""
            delete from {kept}
            where record_key in (select record_key from written)
                or record_key not in (select record_id from arrived)""")
    return connection.sql("from written")


def identifiers_shared(connection: duckdb.DuckDBPyConnection, folded: str) -> duckdb.DuckDBPyRelation:
    """E-mails and telephones that tell nobody apart, or hardly: shared, hub and dummy values, with their counts."""
    return connection.sql(f"""
        select kind as identifier_type, written as identifier_value, max(strength) as strength,
            count(distinct record_key) as record_count, count(distinct nullif(name_key, '')) as name_count
        from (select record_key, name_key, unnest(contacts, recursive := true) from {folded})
        where strength in ('shared', 'hub', 'dummy') group by all""")


def name_of(relation: duckdb.DuckDBPyRelation) -> str:
    """The table that a dbt reference stands for."""
    return relation.sql_query().removeprefix("SELECT * FROM ")


@cache
def engine() -> str:
    """Stands for the code: what another version folded, trained or scored is done again."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _fold_changed(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("""
        create or replace temp view people_changed as
        select * from people_compared where record_id in (select record_id from changed)""")
    connection.execute("""
        create or replace temp view contacts_changed as
        select record_id, kind, value from contacts_all
        where not is_dummy and record_id in (select record_id from changed)""")
    records.fold(connection, "people_changed", "contacts_changed")
    connection.execute("""
        create or replace temp table contacts_folded as
        select distinct record_no, contacts_written.kind, contacts_written.value as written, folded_value as value
        from contacts_written inner join map_contacts
            on contacts_written.kind = map_contacts.kind and contacts_written.value = map_contacts.value
            and contacts_written.country is not distinct from map_contacts.country
        where folded_mask = ''
        union all
        select record_no, kind, contacts_all.value, ''
        from contacts_all inner join folded using (record_id) where is_dummy""")


def _all_changed(connection: duckdb.DuckDBPyConnection) -> bool:
    counts = connection.execute("select (select count(*) from changed), (select count(*) from arrived)").fetchone()
    return counts is not None and counts[0] == counts[1]


def _join_carriers(connection: duckdb.DuckDBPyConnection, kept: str) -> None:
    """Put beside the changed records those who carry a value that a changed or gone record carries or carried, and
    judge these values; others keep their strength."""
    connection.execute(f"""
        create or replace temp table contacts_kept as
        select record_key, unnest(contacts, recursive := true) from {kept}""")
    connection.execute("""
        create or replace temp table touched as
        select kind, value from contact_values where kind <> 'mask'
        union
        select kind, value from contacts_kept
        where value <> '' and (
            record_key in (select record_id from changed) or record_key not in (select record_id from arrived)
        )""")
    connection.execute("delete from contacts_kept where record_key in (select record_id from changed)")
    connection.execute("delete from contacts_kept where record_key not in (select record_id from arrived)")
    connection.execute("""
        create or replace temp table carriers as
        select record_key, (select count(*) from folded) + row_number() over (order by record_key) - 1 as record_no
        from (select distinct record_key from contacts_kept semi join touched using (kind, value))""")
    columns = [row[0] for row in connection.execute("describe folded").fetchall()]
    rest = ", ".join(column for column in columns if column not in ("record_no", "record_id"))
    connection.execute(f"""
        insert into folded by name
        select carriers.record_no, record_key as record_id, {rest}
        from {kept} inner join carriers using (record_key)""")
    connection.execute("""
        insert into contacts_folded by name
        select record_no, kind, written, value from contacts_kept inner join carriers using (record_key)
        where kind <> 'mask'""")
    connection.execute("""
        insert into contact_values by name
        select distinct record_no, kind, value from contacts_kept inner join carriers using (record_key)
        where value <> ''""")
    connection.execute("""
        create or replace temp view values_touched as
        select * from contact_values semi join touched using (kind, value)""")
    identifiers.judge(connection, "values_touched")
    connection.execute("""
        insert into identifier_strengths by name
        select distinct kind, value, strength from contacts_kept inner join carriers using (record_key)
        anti join touched using (kind, value) where value <> '' and kind <> 'mask'""")


def _write(connection: duckdb.DuckDBPyConnection, kept: str | None) -> None:
    """`written`: the rows as they are kept. A contact of a record has the kind 'mask' where only a mask is known, and
    the strength 'dummy' where it says nothing."""
    columns = [row[0] for row in connection.execute("describe folded").fetchall()]
    rest = ", ".join(f"folded.{column}" for column in columns if column not in ("record_no", "record_id"))
    fresh = f"""
        where folded.record_id in (select record_id from changed)
        or version not in (select version from {kept})""" if kept else ""  # fmt: skip
    slices.write(
        connection,
        "written",
        f"""
        with told as (
            select record_no, kind, written, value, case when value = '' then 'dummy' else strength end as strength
            from contacts_folded left join identifier_strengths using (kind, value)
            where {{these}}
            union all
            select record_no, kind, value, value, null from contact_values where kind = 'mask' and {{these}}
        ),
        contacts as (
            select record_no, list({{'kind': kind, 'written': written, 'value': value, 'strength': strength}}
                order by kind, written, value) as contacts
            from told group by record_no
        ),
        input_hashes as ({_input_hashes(kept)})
        select record_id as record_key, input_hash,
            hash(record_id, input_hash, email, phone,  -- lists as text: DuckDB hashes ([1], null) and (null, [1]) alike
                cast([own_emails, shared_emails, own_phones, shared_phones] as varchar)) as version,
            contacts, {rest}
        from (select * from folded where {{these}}) as folded
        inner join input_hashes using (record_id) left join contacts using (record_no)
        {fresh}""",
    )


def _input_hashes(kept: str | None) -> str:
    if not kept:
        return "from changed"
    return (
        f"from changed union all select record_key, input_hash from {kept} anti join changed on record_key = record_id"
    )
