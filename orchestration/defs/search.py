"""How a customer is found by whatever a person knows of them: one small table for the page that asks."""

import dagster as dg
import pandas as pd

from orchestration.identity.name_tables import COMPOUND_SURNAMES, SURNAMES_READ_OTHERWISE
from orchestration.partitions import days, one_by_one
from orchestration.warehouse import Warehouse, as_of_date

KEY = dg.AssetKey(["marts", "customer_search"])
# Phones as digits without China's prefix, everything else in small letters: what is asked for is written the same way.
VALUES = """
create or replace table marts.customer_search as
with

names as (

    select records.customer_id, lower(trim(coalesce(persons.full_name, persons.company_name))) as value
    from marts.customer_records as records
    inner join intermediate.int_person_records as persons on records.record_key = persons.record_key

),

identifiers as (

    select
        records.customer_id,
        found.identifier_type as kind,
        case
            when found.identifier_type = 'phone'
                then regexp_replace(
                    regexp_replace(found.identifier_value, '[^0-9]', '', 'g'), '^86(1[0-9]{10})$', '\\1'
                )
            else lower(found.identifier_value)
        end as value
    from marts.customer_records as records
    inner join intermediate.int_record_identifiers as found on records.record_key = found.record_key
    where found.identifier_type in ('email', 'phone')

),

numbers as (

    select customer_id, 'number' as kind, lower(source_record_id) as value
    from marts.customer_records

)

select distinct customer_id, kind, value
from (
    select customer_id, 'name' as kind, value from names
    union all
    select customer_id, kind, value from identifiers
    union all
    select customer_id, kind, value from numbers
    union all
    select names.customer_id, spelled.kind, spelled.value from names inner join spelled on names.value = spelled.name
)
where value <> ''
order by kind, value, customer_id
"""


@dg.asset(
    key=KEY,
    deps=[
        ["intermediate", "int_person_records"],
        ["intermediate", "int_record_identifiers"],
        ["marts", "customer_records"],
    ],
    group_name="people",
    partitions_def=days,
    backfill_policy=one_by_one,
    kinds={"duckdb"},
)
def customer_search(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    """One row per customer and thing they can be found by: names in characters and in pinyin, contacts, numbers."""
    as_of_date(context)
    chinese = warehouse.read("""
        select distinct lower(trim(coalesce(full_name, company_name))) as name
        from intermediate.int_person_records
        where regexp_matches(coalesce(full_name, company_name), '[\\x{4E00}-\\x{9FFF}]')
    """)
    spelled = spell(chinese["name"])
    with warehouse.connect() as connection:
        connection.register("spelled", spelled)
        connection.execute(VALUES)
        connection.unregister("spelled")
        counted = connection.execute("select count(*) from marts.customer_search").fetchone()
    return dg.MaterializeResult(metadata={"dagster/row_count": counted[0] if counted else 0})


def spell(names: pd.Series) -> pd.DataFrame:
    """Chinese names in pinyin and in its initials: columns name, kind ('pinyin', 'initials'), value.

    A family name read in its own way (曾 zeng, 单 shan) is spelled both ways, because people write both.
    """
    from pypinyin import lazy_pinyin

    rows = []
    for name in names:
        syllables = lazy_pinyin(name, errors="ignore")
        readings = {"".join(syllables)}
        family = name[:2] if name[:2] in COMPOUND_SURNAMES else name[0]
        if family in SURNAMES_READ_OTHERWISE:
            readings.add("".join([SURNAMES_READ_OTHERWISE[family], *syllables[len(family) :]]))
        rows += [(name, "pinyin", reading) for reading in sorted(readings)]
        rows.append((name, "initials", "".join(syllable[0] for syllable in syllables)))
    return pd.DataFrame(rows, columns=["name", "kind", "value"]).astype("str")


@dg.definitions
def search() -> dg.Definitions:
    return dg.Definitions(assets=[customer_search])
