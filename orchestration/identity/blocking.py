"""Which pairs are worth comparing: a capped inverted index. Two records meet where they share the value of any key.

A value that more than CAP records share says too little to be worth the pairs it makes, and so do the commonest values
of a key whose pairs are more than PAIRS_PER_RECORD: in a large file "family and first letter" says less than in a small
one, "telephone" does not. So work grows with the number of records and not with its square.
"""

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from orchestration.identity import slices

CAP = 100
PAIRS_PER_RECORD = 1
LEAST_CAP = 10  # of any key, however many pairs that makes
KIND = 58  # bits of a block key below those that say which key it is
RUNAWAY = 20 * CAP

_KEYS = {
    "nickname": "nickname_key",
    "national_id": "national_id_key",
    "national_id_begin": "case when length(national_id_key) > 6 then left(national_id_key, 5) end",
    "national_id_end": "case when length(national_id_key) > 6 then right(national_id_key, 5) end",
    "name": "case when family_latin <> '' or script = 'latin' then name_key end",
    "shape": "shape",
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
    "company": "company_key",
    "company_city": "concat(nullif(left(company_key, 4), ''), '|', nullif(city_key, ''))",
    "company_postcode": "concat(nullif(left(company_key, 4), ''), '|', nullif(postcode_key, ''))",
    "company_family": "concat(nullif(company_key, ''), '|', nullif(family_latin, ''))",
    "company_given": "concat(nullif(company_key, ''), '|', nullif(given_latin, ''))",
    "email_user": "case when length(email_user) > 3 then regexp_replace(email_user, '[^a-z]', '', 'g') end",
    "mask": "coalesce(nullif(mask, ''), nullif(phone_mask, ''))",
    "birth_place_name": "concat(nullif(birth_place_key, ''), '|', nullif(family_latin, ''))",
}
_SWAPPED = {"letters_swapped": "letters"}
CONTACT, WORD = len(_KEYS), len(_KEYS) + 1


def key(connection: duckdb.DuckDBPyConnection) -> None:
    """Complete `folded` with `block_keys`: the hashes of a record's keys, without repetition."""
    numbers = {name: number for number, name in enumerate(_KEYS)}
    single = ", ".join(
        f"case when ({_null_safe(sql)}) <> '' then {_hashed(numbers[_SWAPPED.get(name, name)], _null_safe(sql))} end"
        for name, sql in _KEYS.items()
    )
    slices.write(
        connection,
        "folded",
        f"""
        with part as (select * from folded where {{these}}),
        carried as (
            select record_no, list({_hashed(CONTACT, "concat(kind, value)")}) as keys
            from contact_values inner join part as folded using (record_no) where kind <> 'mask' group by record_no
        )
        select folded.*, list_sort(list_distinct(list_filter(list_concat(
            [{single}], keys,
            case when word_count > 2 then list_transform(
                list_filter(words, lambda word: length(word) > 3), lambda word: {_hashed(WORD, "word")}) end
        ), lambda one: one is not null))) as block_keys
        from part as folded left join carried using (record_no)
        order by record_no""",
    )


def crowded(connection: duckdb.DuckDBPyConnection, keyed: str) -> NDArray[np.uint64]:
    """The keys of a relation (record_no, block_key) that too many records share, sorted."""
    connection.execute(f"""
        create or replace temp table key_sizes as
        select block_key, block_key >> {KIND} as kind, count(*) as size
        from {keyed} group by block_key having count(*) > {LEAST_CAP}""")
    found = connection.execute(
        f"""
        with made as (
            select kind, size, sum(sum(size * (size - 1) / 2)) over (partition by kind order by size) as pairs
            from key_sizes where size <= {CAP} group by kind, size
        ),
        caps as (
            select kind, max(size) as cap from made
            where kind = {CONTACT} or pairs <= {PAIRS_PER_RECORD} * (select count(distinct record_no) from {keyed})
            group by kind
        )
        select block_key from key_sizes left join caps using (kind)
        where size > coalesce(cap, {LEAST_CAP}) order by block_key"""
    ).fetchnumpy()
    return np.asarray(found["block_key"], dtype=np.uint64)


def block(connection: duckdb.DuckDBPyConnection, keyed: str, crowd: NDArray[np.uint64], touching: str = "") -> int:
    """Write `candidates` (a < b), the pairs that share a key which is not in `crowd`; return how many there are.

    A key that grows past RUNAWAY before anybody trains again is left out too.

    Args:
        keyed: a relation (record_no, block_key).
        touching: a relation (record_no); then only pairs with at least one of these records are written.
    """
    connection.register("crowd", pa.table({"block_key": pa.array(crowd, pa.uint64())}))
    new = f"where record_no in (from {touching})" if touching else ""
    connection.execute(f"""
        create or replace temp table blocks as
        with wanted as (
            select distinct block_key from {keyed} {new}
        ),
        shared as (
            select keyed.block_key, keyed.record_no
            from {keyed} as keyed
            where block_key in (from wanted) and block_key not in (select block_key from crowd)
        ),
        sizes as (select block_key from shared group by block_key having count(*) between 2 and {RUNAWAY})
        select block_key, record_no from shared where block_key in (from sizes)""")
    ends = f"(from blocks {new})" if touching else "blocks"
    connection.execute(f"""
        create or replace temp table candidates as
        select distinct least(one.record_no, other.record_no) as a, greatest(one.record_no, other.record_no) as b
        from {ends} as one
        inner join blocks as other
            on one.block_key = other.block_key and one.record_no {"<>" if touching else "<"} other.record_no""")
    connection.execute("drop table blocks")
    connection.unregister("crowd")
    row = connection.execute("select count(*) from candidates").fetchone()
    return int(row[0]) if row else 0


def _hashed(kind: int, sql: str) -> str:
    return f"((cast({kind} as ubigint) << {KIND}) | (hash(entity_type, {sql}) >> {64 - KIND}))"


def _null_safe(sql: str) -> str:
    """`concat` skips nulls; a key of several parts wants all of them."""
    return sql.replace("concat(", "(").replace(", '|', ", " || '|' || ") if sql.startswith("concat(") else sql
