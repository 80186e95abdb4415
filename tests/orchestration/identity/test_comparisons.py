"""Levels of comparisons: what is counted only where it decides gives what counting it everywhere would."""

import random

import duckdb
import pytest

from orchestration.identity.comparisons import NATIONAL_ID, PHONE

ROW = """
    select number, {side} as national_id_key, {side} as phone, '' as mask, '' as phone_mask,
        null::ubigint[] as own_phones, null::ubigint[] as shared_phones,
        null::timestamp as first_seen_at, null::timestamp as last_seen_at
    from pairs"""


@pytest.fixture(scope="module")
def connection():
    """Texts of eight to eleven digits beside what up to three slips of a hand made of them."""
    dice = random.Random(5)
    with duckdb.connect() as connection:
        connection.execute("create table pairs (number integer, one varchar, other varchar)")
        rows = [(number, *_slipped(dice)) for number in range(4000)]
        connection.executemany("insert into pairs values (?, ?, ?)", rows)
        for name, side in (("a", "one"), ("b", "other")):
            connection.execute(f"create view {name} as {ROW.format(side=side)}")
        yield connection


def _slipped(dice: random.Random) -> tuple[str, str]:
    text = "".join(dice.choice("123") for _ in range(dice.randrange(8, 12)))
    slipped = list(text)
    for _ in range(dice.randrange(4)):
        at, kind = dice.randrange(len(slipped) - 1), dice.randrange(4)
        if kind == 0:
            slipped[at] = dice.choice("123")
        elif kind == 1:
            slipped.insert(at, dice.choice("123"))
        elif kind == 2 and len(slipped) > 8:
            del slipped[at]
        else:
            slipped[at], slipped[at + 1] = slipped[at + 1], slipped[at]
    return text, "".join(slipped)


@pytest.mark.parametrize(
    ("comparison", "label", "edits"),
    [(NATIONAL_ID, "a typing error", "1"), (NATIONAL_ID, "alike", "2"), (PHONE, "a typing error", "0, 1")],
)
def test_a_level_of_typing_errors_holds_just_where_there_are_so_few(connection, comparison, label, edits):
    number = [level.label for level in comparison.levels].index(label) + 1
    found = connection.execute(f"""
        select count(*), count(*) filter (where ({comparison.sql()} = {number}) <> (
            damerau_levenshtein(a.phone, b.phone) in ({edits})))
        from a inner join b using (number)
        where {comparison.sql()} = {number} or damerau_levenshtein(a.phone, b.phone) in ({edits})""").fetchone()
    assert found[0] > 300
    assert found[1] == 0
