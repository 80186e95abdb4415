"""How much an e-mail or a telephone says, found from the data: how many people's names stand behind it.

One name: personal. Two or three: shared, a family's. More, or a company's own: a hub, which says nothing. The table
`identifier_strengths` has one row per kind and value; `folded` is completed with lists of the values' hashes.
"""

import duckdb

from orchestration.identity import slices

SHARED_NAMES = 3
RECORDS_WITHOUT_NAMES = 5
NAMES_COMPARED = 12


def judge(connection: duckdb.DuckDBPyConnection, values: str = "contact_values") -> None:
    """Write `identifier_strengths` (kind, value, strength).

    Args:
        values: a relation (record_no, kind, value) with every record that carries one of its values.

    Two spellings are one name where one can be read as the other: the same letters in another order or script, an
    initial, a short form, or one typing error, beside the former in the family name, too; a Chinese name beside a
    Western given name of one family. Two Chinese given names are two, whatever their scripts. A name of one part only
    adds nobody.
    """
    connection.execute(f"""
        create or replace temp table names_behind as
        select kind, value, name_key, script, unnest(spelled)
        from (
            select kind, value, name_key, min(script) as script,
                min({{'family_latin': family_latin, 'given_latin': given_latin, 'root': root, 'pinyin': pinyin}})
                    as spelled
            from {values} inner join folded using (record_no)
            where kind <> 'mask' and family_latin <> '' and given_latin <> ''
            group by kind, value, name_key
        )""")
    connection.execute(f"""
        create or replace temp table identifier_strengths as
        with carried as (
            select kind, value, count(*) as record_count,
                count(*) filter (where entity_type = 'account') as account_count,
                max(per_system.record_count) as one_system_count
            from {values} inner join folded using (record_no)
            inner join (
                select kind, value, source_system, count(*) as record_count
                from {values} inner join folded using (record_no) group by all
            ) as per_system using (kind, value, source_system)
            where kind <> 'mask'
            group by kind, value
        ),
        counted as (select kind, value, count(*) as name_count from names_behind group by kind, value),
        repeated as (
            select later.kind, later.value, count(distinct later.name_key) as repeat_count
            from names_behind as later
            inner join counted
                on later.kind = counted.kind and later.value = counted.value
                and counted.name_count between 2 and {NAMES_COMPARED}
            inner join names_behind as earlier
                on later.kind = earlier.kind and later.value = earlier.value and later.name_key > earlier.name_key
            where {_one_name("later", "earlier")}
            group by later.kind, later.value
        ),
        judged as (
            select carried.kind, carried.value, record_count, account_count, one_system_count,
                coalesce(name_count, 0) - coalesce(repeat_count, 0) as name_count
            from carried
            left join counted on carried.kind = counted.kind and carried.value = counted.value
            left join repeated on carried.kind = repeated.kind and carried.value = repeated.value
        )
        select kind, value,
            case
                when account_count > 0 or name_count > {SHARED_NAMES} then 'hub'
                when name_count = 0 and one_system_count > {RECORDS_WITHOUT_NAMES} then 'hub'
                when name_count > 1 then 'shared'
                else 'personal'
            end as strength
        from judged""")


def attach(connection: duckdb.DuckDBPyConnection) -> None:
    """Complete `folded` with what its records' contact values are worth."""
    slices.write(
        connection,
        "folded",
        """
        with lists as (
            select record_no,
                list(hash(value) order by hash(value))
                    filter (where kind = 'email' and strength = 'personal') as own_emails,
                list(hash(value) order by hash(value))
                    filter (where kind = 'email' and strength = 'shared') as shared_emails,
                list(hash(value) order by hash(value))
                    filter (where kind = 'phone' and strength = 'personal') as own_phones,
                list(hash(value) order by hash(value))
                    filter (where kind = 'phone' and strength = 'shared') as shared_phones,
                min(value) filter (where kind = 'email' and strength <> 'hub') as email,
                min(value) filter (where kind = 'phone' and strength <> 'hub') as phone
            from contact_values left join identifier_strengths using (kind, value)
            where {these}
            group by record_no
        ),
        masks as (
            select record_no, min(value) as mask from contact_values where kind = 'mask' and {these} group by record_no
        )
        select folded.*, own_emails, shared_emails, own_phones, shared_phones,
            coalesce(email, '') as email, coalesce(phone, '') as phone, coalesce(mask, '') as mask,
            case when length(phone) = 10 then concat('1', left(phone, 2), '*', right(phone,
                4)) else '' end as phone_mask,
            coalesce(split_part(email, '@', 1), '') as email_user,
            coalesce(regexp_replace(email, '[^0-9]', '', 'g'), '') as email_digits
        from (select * from folded where {these}) as folded
        left join lists using (record_no) left join masks using (record_no)
        order by record_no""",
    )


def _one_name(a: str, b: str) -> str:
    return f"""(
        ({a}.family_latin = {b}.family_latin and (
            {a}.root = {b}.root or ({a}.script <> {b}.script and ({a}.pinyin = '' or {b}.pinyin = ''))
            or starts_with({a}.given_latin, {b}.given_latin)
            or starts_with({b}.given_latin, {a}.given_latin)
            or (length({a}.given_latin) > 3 and damerau_levenshtein({a}.given_latin, {b}.given_latin) <= 1)))
        or ({a}.given_latin = {b}.given_latin and damerau_levenshtein({a}.family_latin, {b}.family_latin) <= 1)
        or (least(length({a}.family_latin), length({b}.family_latin)) > 3
            and greatest(length({a}.family_latin), length({b}.family_latin)) > 4
            and damerau_levenshtein({a}.family_latin, {b}.family_latin) <= 1
            and ({a}.root = {b}.root or {a}.given_latin = left({b}.given_latin, 1)
                or {b}.given_latin = left({a}.given_latin, 1)))
        or ({a}.given_latin || {a}.family_latin = {b}.given_latin || {b}.family_latin)
        or ({a}.given_latin || {a}.family_latin = {b}.family_latin || {b}.given_latin)
    )"""
