"""The synthetic company's customers against its truth: all pairs, the traps and what they caught, the hardest mistakes.

Whether a trap can be seen through at all is decided here from what was exported, and from nothing else: the truth only
says whose the records are.
"""

from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path

import duckdb
import pandas as pd

from orchestration.identity.contact_points import fold_birth_date, fold_gender
from orchestration.identity.names import FoldedName, fold_names

# A marketplace shows a mask and a nickname, and a member of the store has no e-mail: apart from their owner by nature.
MASKED = ("tmall|", "youzan|")
TRUTH = """
with told as (from read_parquet('{truth}/person_records.parquet')),
spelled as (
    select 'shopify|buyer|' || buyer_id as record_key, person_id
    from core.intermediate.int_shopify_buyers
    inner join told on source_system = 'shopify' and source_record_type = 'order' and source_record_id = order_id
    where buyer_id is not null
    union all
    select 'tmall|buyer|' || buyer_nick, person_id
    from core.staging.stg_tmall__orders inner join told on source_system = 'tmall' and source_record_id = order_id
    union all
    select concat(source_system, '|', case
        when source_system = 'youzan' then 'member'
        when source_system = 'segment' then 'web_user'
        else source_record_type end, '|', source_record_id), person_id
    from told where source_record_type <> 'order'
),
owners as (
    select record_key, mode(person_id order by person_id) as person_id from spelled group by record_key
),
reached as (
    select record_key,
        string_agg(identifier_value, ' ' order by identifier_value) filter (where identifier_type = 'email') as emails,
        string_agg(identifier_value, ' ' order by identifier_value) filter (where identifier_type = 'phone') as phones
    from core.intermediate.int_record_identifiers group by record_key
)
select owners.*, records.* exclude (record_key, email), reached.emails as email, coalesce(phones, phone) as phone
from owners
inner join core.intermediate.int_person_records as records using (record_key)
left join reached using (record_key)
order by record_key
"""


@dataclass(frozen=True)
class Company:
    """`records`: one row per exported person record: record_key, person_id, customer_id and what the record says.
    `traps`: trap, group, person_id. `links`: pairs with their evidence, as published."""

    records: pd.DataFrame
    traps: pd.DataFrame
    links: pd.DataFrame


def published(world: Path) -> Company:
    """The last run of a finished world (CRM_DATA, with truth/)."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{world / 'published' / 'current' / 'core.duckdb'}' as core (read_only)")
        customers = connection.execute("select record_key, customer_id from core.marts.customer_records").df()
        links = connection.execute("select * from core.intermediate.int_record_links").df()
        return company(connection, world / "truth", customers, links)


def company(
    connection: duckdb.DuckDBPyConnection, truth: Path, customers: pd.DataFrame, links: pd.DataFrame
) -> Company:
    """`customers`: record_key, customer_id. The connection has the warehouse attached as core."""
    records = connection.execute(TRUTH.format(truth=truth)).df().merge(customers, on="record_key")
    traps = connection.execute(
        f"select trap, detail as shared, person_id from read_parquet('{truth / 'traps.parquet'}')"
    ).df()
    return Company(records, traps, links)


def as_a_file(records: pd.DataFrame) -> pd.DataFrame:
    """The same records for the rivals: columns as for `crm link`, contact points cleaned as the engine gets them."""
    columns = ["full_name", "nickname", "birth_date", "gender", "street", "city", "postcode", "phone", "email"]
    frame = records[["record_key", "source_system", "company_name", *columns]]
    return frame.rename(columns={"record_key": "record_id", "company_name": "company"}).astype(object)


def trap_table(found: Company) -> pd.DataFrame:
    """One row per trap: people planted, pairs of people wrongly merged where the exports decide and where they do not,
    people whose records are wrongly apart (records that show no mask)."""
    held = found.records.groupby("person_id")["customer_id"].agg(frozenset)
    shown = found.records[~found.records["record_key"].str.startswith(MASKED)]
    parts = shown.groupby("person_id")["customer_id"].nunique()
    rows = []
    for trap, planted in found.traps.groupby("trap"):
        people = planted["person_id"].drop_duplicates()
        merged = [pair for _, group in planted.groupby("shared") for pair in _merged(group["person_id"], held)]
        blind = [pair for pair in merged if not exports_decide(found.records, *pair)]
        apart = int((parts.reindex(people).fillna(0) > 1).sum())
        rows.append((trap, len(people), len(merged) - len(blind), len(blind), apart))
    columns = ["trap", "planted", "wrongly merged", "undecidable merged", "wrongly apart"]
    return pd.DataFrame(rows, columns=columns)


def _merged(people: pd.Series, held: pd.Series) -> list[tuple[str, str]]:
    known = [person for person in sorted(set(people)) if person in held.index]
    return [(a, b) for a, b in combinations(known, 2) if held[a] & held[b]]


def exports_decide(records: pd.DataFrame, one: str, other: str) -> bool:
    """Whether the exports tell two people apart, in the customers they share: in a thing that a person has one of (a
    name, a date of birth, a gender) each of them shows something, and nothing they show of it is alike.

    Not decided is therefore: father and son of one name, neither of whose records here tells a birthday; somebody's
    record that shows no name, birthday or gender at all. A telephone, a mailbox or an address decides nothing: one
    person has several, and several people have one.
    """
    mine, theirs = (records[records["person_id"] == person] for person in (one, other))
    both = set(mine["customer_id"]) & set(theirs["customer_id"])
    mine, theirs = (rows[rows["customer_id"].isin(both)] for rows in (mine, theirs))
    return any(
        shown and others and not any(alike(a, b) for a, b in product(shown, others))
        for shown, others, alike in (
            (_names(mine), _names(theirs), _one_name),
            (_values(mine, "birth_date", fold_birth_date), _values(theirs, "birth_date", fold_birth_date), _one_date),
            (_values(mine, "gender", fold_gender), _values(theirs, "gender", fold_gender), str.__eq__),
        )
    )


def _names(rows: pd.DataFrame) -> set[FoldedName]:
    told = fold_names((name, None, None) for name in rows["full_name"].dropna().unique())
    return {name for name in told if name.family_latin and name.given_latin}


def _values(rows: pd.DataFrame, column: str, fold) -> set[str]:
    return {fold(str(value)) for value in rows[column].dropna().unique()} - {""}


def _one_name(a: FoldedName, b: FoldedName) -> bool:
    """One can be meant by the other: in either order, as an initial, a short form or with a typing error."""
    if {a.family_latin, a.given_latin} == {b.family_latin, b.given_latin}:
        return True
    if min(len(a.whole), len(b.whole)) > 6 and _edits(a.whole, b.whole) <= 1:
        return True
    begins = a.given_latin.startswith(b.given_latin) or b.given_latin.startswith(a.given_latin)
    return a.family_latin == b.family_latin and (begins or a.root == b.root)


def _edits(a: str, b: str) -> int:
    row = duckdb.execute("select damerau_levenshtein(?, ?)", [a, b]).fetchone()
    return int(row[0]) if row else 0


def _one_date(a: str, b: str) -> bool:
    """Equal as far as both are told: some exports give the day of the year only."""
    return a == b or (4 in (len(a), len(b)) and a[-4:] == b[-4:])


def hardest(found: Company, count: int = 5) -> list[str]:
    """The mistakes made with most confidence: wrong pairs by the weight that joined them, then people in parts by how
    much still spoke for one person, with what the two records say."""
    owner = found.records.set_index("record_key")["person_id"]
    customer = found.records.set_index("record_key")["customer_id"]
    links = found.links[["record_key_a", "record_key_b", "match_weight", "rule", "status", "evidence"]].copy()
    links = links[links["record_key_a"].isin(owner.index) & links["record_key_b"].isin(owner.index)]
    same = links["record_key_a"].map(owner) == links["record_key_b"].map(owner)
    joined = links["record_key_a"].map(customer) == links["record_key_b"].map(customer)
    wrong = links[~same & joined].sort_values("match_weight", ascending=False).head(count)
    apart = links[same & ~joined].sort_values("match_weight", ascending=False).head(count)
    return [_told("merged", row, owner) for row in wrong.itertuples()] + [
        _told("apart", row, owner) for row in apart.itertuples()
    ]


def _told(kind: str, row, owner: pd.Series) -> str:
    from orchestration.identity.evidence import in_words

    people = "/".join(dict.fromkeys((owner[row.record_key_a], owner[row.record_key_b])))
    lines = "\n      ".join(in_words(row.evidence))
    return f"{kind}, {row.match_weight:+.1f} bits, {row.rule}, {row.status}: {people}\n      {lines}"
