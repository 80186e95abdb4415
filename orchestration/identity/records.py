"""Records of any source as one table in which equal things are spelled equally.

`fold` reads a relation with any of COLUMNS and writes the table `folded`, one row per record, and `contact_values`, one
row per record, kind and value. Folding happens once per distinct spelling, in Python; everything else is SQL.
"""

from collections.abc import Callable, Sequence

import duckdb
import pyarrow as pa

from orchestration.identity.contact_points import (
    fold_birth_date,
    fold_country,
    fold_email,
    fold_gender,
    fold_national_id,
    fold_phone,
    phone_key,
)
from orchestration.identity.names import fold_names
from orchestration.identity.places import fold_city, fold_company, fold_place, fold_postcode, fold_street, fold_text

COLUMNS = (
    "record_id", "source_system", "entity_type", "full_name", "given_name", "family_name", "nickname", "company",
    "email", "phone", "birth_date", "gender", "street", "house_number", "city", "postcode", "region", "country",
    "national_id", "occupation", "birth_place", "first_seen_at", "last_seen_at",
)  # fmt: skip
NOTHING_TOLD = ("nan", "null", "none", "n/a", "<na>", "nat", "nil", "-", "--", "?", "unknown", "未知", "无")
NUMBERS = ("phone", "birth_date", "house_number", "postcode", "national_id")  # some programs write 4814 as 4814.0
NAME_PARTS = ("script", "whole", "family", "given", "family_latin", "given_latin", "root", "shape", "pinyin")


def fold(connection: duckdb.DuckDBPyConnection, relation: str, more_contacts: str | None = None) -> int:
    """Write `folded` and `contact_values`; returns the number of records.

    Args:
        relation: a table or view with a column record_id and any other of COLUMNS; text, except for the two moments.
        more_contacts: a relation (record_id, kind 'email' or 'phone', value) of further values of the same records.
    """
    number(connection, relation)
    name = ("full_name", "given_name", "family_name")
    _map(connection, "names", name, NAME_PARTS, lambda rows: [_parts(folded) for folded in fold_names(rows)])
    _map(connection, "streets", ("street", "house_number"), ("street_key", "house"), _each(_street))
    for column, function in SINGLE.items():
        _map(connection, f"map_{column}", (column,), (f"{column}_key",), _each(function))
    _fold_contacts(connection, more_contacts)
    joins = "\n".join(_join(f"map_{column}", (column,)) for column in SINGLE)
    keys = ", ".join(f"{_key_of(column)} as {column}_key" for column in SINGLE)
    connection.execute(f"""
        create or replace temp table folded as
        select numbered.record_no, record_id, source_system, entity_type, first_seen_at, last_seen_at,
            coalesce(script, '') as script, coalesce(whole, '') as whole, coalesce(names.family, '') as family,
            coalesce(given, '') as given, coalesce(family_latin, '') as family_latin,
            coalesce(given_latin, '') as given_latin,
            coalesce(names.family, '') <> '' and coalesce(given, '') <> '' as has_two_parts,
            coalesce(root, '') as root, coalesce(shape, '') as shape, coalesce(pinyin, '') as pinyin,
            case when whole is null then '' else concat(
                least(family_latin, given_latin), '|', greatest(family_latin, given_latin)) end as name_key,
            case when script = 'latin' then string_split(whole, ' ') else [] end as words,
            cast(case when script = 'latin' then len(string_split(whole, ' ')) else 0 end as integer) as word_count,
            coalesce(street_key, '') as street_key, coalesce(house, '') as house,
            case when coalesce(street_key, '') <> '' then concat(street_key, '|', house) else '' end as address, {keys}
        from numbered
        {_join("names", name)}
        {_join("streets", ("street", "house_number"))}
        {joins}
        order by numbered.record_no""")
    row = connection.execute("select count(*) from folded").fetchone()
    return int(row[0]) if row else 0


def _street(street: str, house_number: str) -> tuple[str, str]:
    return fold_street(street, house_number)


SINGLE: dict[str, Callable[[str], str]] = {
    "nickname": fold_text,
    "company": fold_company,
    "birth_date": fold_birth_date,
    "gender": fold_gender,
    "city": fold_city,
    "postcode": fold_postcode,
    "region": fold_place,
    "national_id": fold_national_id,
    "occupation": fold_text,
    "birth_place": fold_place,
}


_CHINESE_ID = "regexp_full_match(coalesce(national_id_key, ''), '[1-9]\\d{5}(18|19|20)\\d{9}[0-9x]')"
TOLD_BY_A_DOCUMENT = {  # a Chinese document's number tells the day of birth and the gender
    "birth_date": f"case when {_CHINESE_ID} then substr(national_id_key, 7, 8) else '' end",
    "gender": f"case when not {_CHINESE_ID} then '' "
    "when cast(substr(national_id_key, 17, 1) as integer) % 2 = 1 then 'm' else 'f' end",
}


def _key_of(column: str) -> str:
    told = TOLD_BY_A_DOCUMENT.get(column, "''")
    return f"coalesce(nullif({column}_key, ''), {told})"


def number(connection: duckdb.DuckDBPyConnection, relation: str) -> None:
    """`numbered`: every column there could be, and a number that follows the order of the record ids."""
    there = {row[0] for row in connection.execute(f"describe select * from {relation}").fetchall()}
    moments = ("first_seen_at", "last_seen_at")
    texts = [
        f"{_told(column)} as {column}" if column in there else f"cast(null as varchar) as {column}"
        for column in COLUMNS
        if column not in moments
    ]
    times = [
        f"try_cast({column} as timestamp) as {column}" if column in there else f"cast(null as timestamp) as {column}"
        for column in moments
    ]
    connection.execute(f"""
        create or replace temp table numbered as
        select cast(row_number() over (order by record_id) - 1 as integer) as record_no,
            * replace (coalesce(source_system, '') as source_system, coalesce(entity_type, 'person') as entity_type)
        from (select {", ".join((*texts, *times))} from {relation})
        order by record_no""")


def _told(column: str) -> str:
    """What a cell says; other programs write an empty one as a word. Somebody may be called Nan or Null."""
    text = f"nullif(trim(cast({column} as varchar)), '')"
    if column in ("record_id", "given_name", "family_name", "nickname"):
        return text
    if column in NUMBERS:
        text = f"case when ends_with({text}, '.0') then left({text}, -2) else {text} end"
    return f"case when lower({text}) not in {NOTHING_TOLD} then {text} end"


def _map(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[str],
    outputs: Sequence[str],
    function: Callable[[list[tuple]], list[tuple[str, ...]]],
) -> None:
    """A table from every distinct combination of `columns` to its folded `outputs`."""
    some = " or ".join(f"{column} is not null" for column in columns)
    rows = connection.execute(f"select distinct {', '.join(columns)} from numbered where {some}").fetchall()
    _keep(connection, table, columns, outputs, rows, function(rows))


def _keep(connection, table, columns, outputs, rows, folded) -> None:
    arrays = [pa.array([row[place] for row in rows], pa.string()) for place in range(len(columns))]
    arrays += [pa.array([row[place] for row in folded], pa.string()) for place in range(len(outputs))]
    frame = pa.table(arrays, names=[*columns, *outputs])
    connection.register("folding", frame)
    connection.execute(f"create or replace temp table {table} as select * from folding")
    connection.unregister("folding")


def _each(function: Callable[..., str | tuple[str, ...]]) -> Callable[[list[tuple]], list[tuple[str, ...]]]:
    def fold_all(rows: list[tuple]) -> list[tuple[str, ...]]:
        answers = (function(*(value or "" for value in row)) for row in rows)
        return [answer if isinstance(answer, tuple) else (answer,) for answer in answers]

    return fold_all


def _parts(folded: object) -> tuple[str, ...]:
    return tuple(getattr(folded, part) for part in NAME_PARTS)


def _join(table: str, columns: Sequence[str]) -> str:
    on = " and ".join(f"numbered.{column} is not distinct from {table}.{column}" for column in columns)
    if len(columns) == 1:
        on = f"numbered.{columns[0]} = {table}.{columns[0]}"
    return f"left join {table} on {on}"


def _fold_contacts(connection: duckdb.DuckDBPyConnection, more_contacts: str | None) -> None:
    more = (
        f"""union select record_no, kind, value, numbered.country
            from {more_contacts} as more inner join numbered using (record_id) where value is not null"""
        if more_contacts
        else ""
    )
    connection.execute(f"""
        create or replace temp table contacts_written as
        select record_no, 'email' as kind, email as value, country from numbered where email is not null
        union select record_no, 'phone', phone, country from numbered where phone is not null
        {more}""")
    rows = connection.execute("select distinct kind, value, country from contacts_written").fetchall()
    folded = [_contact(kind, value, country or "") for kind, value, country in rows]
    _keep(connection, "map_contacts", ("kind", "value", "country"), ("folded_value", "folded_mask"), rows, folded)
    connection.execute("""
        create or replace temp table contact_values as
        with folded as (
            select record_no, contacts_written.kind, folded_value, folded_mask
            from contacts_written inner join map_contacts
                on contacts_written.kind = map_contacts.kind and contacts_written.value = map_contacts.value
                and contacts_written.country is not distinct from map_contacts.country
        )
        select distinct record_no, kind, folded_value as value from folded where folded_value <> ''
        union select record_no, 'mask', folded_mask from folded where folded_mask <> ''""")


def _contact(kind: str, value: str, country: str) -> tuple[str, str]:
    if kind == "email":
        return fold_email(value), ""
    number, mask = fold_phone(value, fold_country(country))
    return phone_key(number), mask
