"""A steward at the published snapshot: who a customer is made of, and decisions about it for the runs to come.

Reads the file that names people, writes nothing but the overrides.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from orchestration.identity.evidence import in_words
from orchestration.identity.overrides import Author, Decision, append, between, path_in
from orchestration.settings import settings
from orchestration.snapshots import MARTS, PEOPLE

HEADINGS = {
    "en": {
        "alone": "Customer {id} is one record: {records}.",
        "made": "Customer {id} is {count} records of {systems}.",
        "why": "{a} and {b}: one person with a probability of {probability} ({rule}, bits)",
        "surely": "{a} and {b}: one person, {rule}",
        "doubt": "Not merged: {a} and {b}, by themselves one person with a probability of {probability} ({status})",
        "grey": "too unsure, a steward should look", "held_back": "the customer would be too odd to be published",
        "apart": "the other records of the two speak against it",
        "bridge": "  A bridge: without this pair the customer would be two.",
        "statement": "stated by the source",
        "strong_id": "an identifier of their own in common", "probabilistic": "by all fields together",
        "override": "decided by a human",
        "moved": "{old} is {id} today.",
    },
    "zh": {
        "alone": "客户 {id} 只有一条记录：{records}。",
        "made": "客户 {id} 由 {count} 条记录组成，来自 {systems}。",
        "why": "{a} 与 {b}：同一人的概率为 {probability}（{rule}，单位：比特）",
        "surely": "{a} 与 {b}：同一人，{rule}",
        "doubt": "没有合并：{a} 与 {b}，单看这一对，同一人的概率为 {probability}（{status}）",
        "grey": "不够确定，等待人工判断", "held_back": "合并后的客户过于异常，不予发布",
        "apart": "双方的其他记录不支持合并",
        "bridge": "  这是一座桥：没有这一对，该客户会分成两个。",
        "statement": "来源系统声明", "strong_id": "有共同的专属标识", "probabilistic": "综合各字段",
        "override": "人工决定",
        "moved": "{old} 现在是 {id}。",
    },
}  # fmt: skip


LINKS = """
select record_key_a, record_key_b, rule, match_probability, evidence, is_bridge, status from record_links"""
ITS_RECORDS = """
(record_key_a in (select record_key from customer_records where customer_id = ?)
or record_key_b in (select record_key from customer_records where customer_id = ?))"""
DOUBTS = 3  # of the likeliest pairs that were not merged


class UnknownCustomerError(Exception):
    """Nobody goes by this id; the message says what would do."""


@dataclass(frozen=True)
class Explained:
    """Lines to print, in order."""

    customer_id: str
    lines: list[str]


def explain(identifier: str, language: str = "en") -> Explained:
    """Why these records are one customer: the evidence path in words, the strongest pair first; then the likeliest
    pairs that were not merged, and why not.

    Args:
        identifier: a customer id (an old one too), a record key, an e-mail or a telephone.

    Raises:
        UnknownCustomerError: nobody goes by it, or nothing has been published.
    """
    say = HEADINGS[language]
    with _people() as connection:
        customer = _customer_of(connection, identifier)
        records = connection.execute(
            "select record_key, source_system from customer_records where customer_id = ? order by 1", [customer]
        ).fetchall()
        links = connection.execute(
            f"{LINKS} where customer_id = ? and is_on_path order by match_weight desc, 1, 2", [customer]
        ).fetchall()
        doubts = connection.execute(
            f"{LINKS} where status <> 'accepted' and {ITS_RECORDS} order by match_weight desc, 1, 2 limit {DOUBTS}",
            [customer, customer],
        ).fetchall()
    lines = [] if identifier == customer else [say["moved"].format(old=identifier, id=customer)]
    keys = [key for key, _ in records]
    if len(keys) == 1:
        lines.append(say["alone"].format(id=customer, records=keys[0]))
    else:
        systems = ", ".join(sorted({system for _, system in records}))
        lines.append(say["made"].format(id=customer, count=len(keys), systems=systems))
    for link in (*links, *doubts):
        lines += ["", *_told(link, language)]
    return Explained(customer, lines)


def _told(link: tuple, language: str) -> Iterator[str]:
    """A pair's heading and waterfall."""
    say = HEADINGS[language]
    a, b, rule, probability, evidence, is_bridge, status = link
    stated = rule in ("statement", "override")
    heading = "doubt" if status != "accepted" else "surely" if stated else "why"
    reason = say[rule] if rule == "override" else say.get(status, "")
    yield say[heading].format(a=a, b=b, rule=say[rule], status=reason, probability=f"{min(probability, 0.9999):.2%}")
    yield from (f"  {line}" for line in in_words(evidence, language))
    if is_bridge:
        yield say["bridge"]


def merge(a: str, b: str, author: Author) -> list[Decision]:
    """Decide that two customers, or two records, are one person, from the next run on.

    A customer is meant whole: with one record of each alone, the others, which do not look alike, would be taken apart.

    Raises:
        UnknownCustomerError, orchestration.identity.overrides.ContradictionError
    """
    with _people() as connection:
        ones, others = (_meant_by(connection, identifier) for identifier in (a, b))
    first, *rest = dict.fromkeys([*ones, *others])
    if not rest:
        raise UnknownCustomerError(f"{a} and {b} are one record: there is nothing to merge.")
    return _decide([between("together", first, other) for other in rest], author)


def split(customer: str, record: str, author: Author) -> list[Decision]:
    """Decide that a record is none of its customer's, from the next run on.

    Raises:
        UnknownCustomerError: the record is not the customer's, or its only one.
    """
    with _people() as connection:
        found = _customer_of(connection, customer)
        keys = _records_of(connection, found)
    others = [key for key in keys if key != record]
    if record not in keys or not others:
        raise UnknownCustomerError(f"{record} is not one of several records of {customer}: there is nothing to split.")
    return _decide([between("apart", record, other) for other in others], author)


def undo(a: str, b: str, author: Author) -> list[Decision]:
    """Take back all that was decided about two records or customers, or about a customer's record and all others.

    Raises:
        UnknownCustomerError: nobody goes by one of them.
    """
    from orchestration.identity.overrides import in_force

    with _people() as connection:
        ones, others = (_records_of(connection, _customer_of(connection, one)) for one in (a, b))
    chosen = ({a} if a in ones else set(ones), {b} if b in others else set(others))
    taken = [
        between("undo", one.record_a, one.record_b)
        for one in in_force(path_in(settings().data))
        if (one.record_a in chosen[0] and one.record_b in chosen[1])
        or (one.record_b in chosen[0] and one.record_a in chosen[1])
        or (one.decision == "apart" and b in (one.record_a, one.record_b))
    ]
    if not taken:
        raise UnknownCustomerError(f"No decision about {a} and {b} is in force: there is nothing to take back.")
    return _decide(taken, author)


def _decide(decisions: list[Decision], author: Author) -> list[Decision]:
    append(path_in(settings().data), decisions, author)
    return decisions


@contextmanager
def _people() -> Iterator[duckdb.DuckDBPyConnection]:
    file = settings().published / "current" / PEOPLE
    if not file.exists():
        raise UnknownCustomerError("Nothing has been published yet. Run: crm run")
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute(f"attach '{(file.parent / MARTS).as_posix()}' as nameless (read_only)")
        connection.execute("set schema = 'marts'")
        yield connection


def _customer_of(connection: duckdb.DuckDBPyConnection, identifier: str) -> str:
    found = connection.execute(
        """
        select customer_id from customer_records where customer_id = $it or record_key = $it
        union select current_customer_id from nameless.main.customer_id_history where customer_id = $it
        union select customer_id from record_links where customer_id is not null and is_on_path
            and (evidence like concat('%"', $it, '"%'))
        union select customer_id from dim_customers where email = $it or phone = $it
        order by 1 limit 1""",
        {"it": identifier},
    ).fetchone()
    if found is None:
        raise UnknownCustomerError(
            f"Nobody goes by {identifier}. A customer id, a record key (system|type|id), an e-mail "
            "or a telephone will do."
        )
    return str(found[0])


def _meant_by(connection: duckdb.DuckDBPyConnection, identifier: str) -> list[str]:
    """A record where one is named, else all records of the customer."""
    keys = _records_of(connection, _customer_of(connection, identifier))
    return [identifier] if identifier in keys else keys


def _records_of(connection: duckdb.DuckDBPyConnection, customer: str) -> list[str]:
    rows = connection.execute("select record_key from customer_records where customer_id = ? order by 1", [customer])
    return [row[0] for row in rows.fetchall()]
