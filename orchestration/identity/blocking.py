"""Which pairs are worth comparing: a capped inverted index. Two records meet where they share the value of any key.

A value that more than CAP records share says too little to be worth the pairs it makes. The caps do not grow with the
file, so that work grows with the number of records and not with its square.
"""

import duckdb

CAP = 100

_KEYS = {
    "nickname": "nickname_key",
    "national_id": "national_id_key",
    "national_id_begin": "case when length(national_id_key) > 6 then left(national_id_key, 5) end",
    "national_id_end": "case when length(national_id_key) > 6 then right(national_id_key, 5) end",
    "name": "case when family_latin <> '' or script = 'latin' then name_key end",
    "name_city": "concat(name_key, '|', nullif(city_key, ''))",
    "name_birth": "concat(nullif(family_latin, ''), '|', nullif(birth_date_key, ''))",
    "given_birth": "concat(nullif(left(given_latin, 3), ''), '|', nullif(birth_date_key, ''))",
    "birth_city": "concat(nullif(birth_date_key, ''), '|', nullif(city_key, ''))",
    "birth_postcode": "concat(nullif(birth_date_key, ''), '|', nullif(postcode_key, ''))",
    "family_given": "concat(nullif(family_latin, ''), '|', nullif(left(given_latin, 1), ''), '|', "
    "nullif(city_key, ''))",
    "letters": "concat(nullif(left(family_latin, 3), ''), '|', nullif(left(given_latin, 3), ''))",
    "letters_swapped": "concat(nullif(left(given_latin, 3), ''), '|', nullif(left(family_latin, 3), ''))",
    "family_postcode": "concat(nullif(family_latin, ''), '|', nullif(postcode_key, ''))",
    "given_postcode": "concat(nullif(given_latin, ''), '|', nullif(postcode_key, ''))",
    "given_city": "concat(nullif(root, ''), '|', nullif(city_key, ''))",
    "given_month": "concat(nullif(root, ''), '|', nullif(left(birth_date_key, 6), ''))",
    "family_month": "concat(nullif(family_latin, ''), '|', nullif(left(birth_date_key, 6), ''))",
    "family_day": "concat(nullif(family_latin, ''), '|', nullif(right(birth_date_key, 4), ''))",
    "address": "concat(nullif(street_key, ''), '|', nullif(house, ''))",
    "street_postcode": "concat(nullif(street_key, ''), '|', nullif(postcode_key, ''))",
    "house_postcode": "concat(nullif(house, ''), '|', nullif(postcode_key, ''))",
    "street_city": "concat(nullif(street_key, ''), '|', nullif(city_key, ''))",
    "house_birth": "concat(nullif(house, ''), '|', nullif(birth_date_key, ''))",
    "house_given": "concat(nullif(house, ''), '|', nullif(given_latin, ''))",
    "house_family": "concat(nullif(house, ''), '|', nullif(family_latin, ''))",
    "street_family": "concat(nullif(street_key, ''), '|', nullif(family_latin, ''))",
    "street_given": "concat(nullif(street_key, ''), '|', nullif(given_latin, ''))",
    "company_family": "concat(nullif(company_key, ''), '|', nullif(family_latin, ''))",
    "company_given": "concat(nullif(company_key, ''), '|', nullif(given_latin, ''))",
    "email_user": "case when length(email_user) > 3 then regexp_replace(email_user, '[^a-z]', '', 'g') end",
    "mask": "coalesce(nullif(mask, ''), nullif(phone_mask, ''))",
    "birth_place_name": "concat(nullif(birth_place_key, ''), '|', nullif(family_latin, ''))",
}
_SWAPPED = {"letters_swapped": "letters"}


def block(connection: duckdb.DuckDBPyConnection, touching: str | None = None) -> int:
    """Write `candidates` (a < b) and return how many there are.

    Args:
        touching: a relation (record_no); then only pairs with at least one of these records are written.
    """
    connection.execute(f"create or replace temp table block_keys as {' union all '.join(_keyed())}")
    connection.execute(f"""
        create or replace temp table blocks as
        with keys as (select distinct key_no, key_hash, record_no from block_keys where key_hash is not null),
        sizes as (
            select key_no, key_hash from keys group by key_no, key_hash having count(*) between 2 and {CAP}
        )
        select keys.* from keys inner join sizes using (key_no, key_hash)""")
    new = f"inner join (select record_no from {touching}) as new on new.record_no in (one.record_no, other.record_no)"
    connection.execute(f"""
        create or replace temp table candidates as
        select distinct one.record_no as a, other.record_no as b
        from blocks as one
        inner join blocks as other
            on one.key_no = other.key_no and one.key_hash = other.key_hash and one.record_no < other.record_no
        {new if touching else ""}
        inner join folded as left_record on one.record_no = left_record.record_no
        inner join folded as right_record on other.record_no = right_record.record_no
        where left_record.entity_type = right_record.entity_type
        order by a, b""")
    connection.execute("drop table block_keys; drop table blocks")
    row = connection.execute("select count(*) from candidates").fetchone()
    return int(row[0]) if row else 0


def _keyed() -> list[str]:
    numbers = {name: number for number, name in enumerate(_KEYS)}
    parts = [
        f"select {numbers[_SWAPPED.get(name, name)]} as key_no, "
        f"case when ({sql}) <> '' then hash({_null_safe(sql)}) end as key_hash, record_no from folded"
        for name, sql in _KEYS.items()
    ]
    values = (
        f"select {len(_KEYS)} as key_no, hash(concat(kind, value)) as key_hash, record_no "
        "from contact_values where kind <> 'mask'"
    )
    words = f"""
        select {len(_KEYS) + 1}, hash(word), record_no
        from (select record_no, unnest(words) as word, word_count from folded where script = 'latin' and word_count > 2)
        where length(word) > 3"""
    return [*parts, values, words]


def _null_safe(sql: str) -> str:
    """`concat` skips nulls; a key of several parts wants all of them."""
    return sql.replace("concat(", "(").replace(", '|', ", " || '|' || ") if sql.startswith("concat(") else sql
