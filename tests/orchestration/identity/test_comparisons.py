"""Levels of comparisons: what is counted only where it decides gives what counting it everywhere would."""

import random

import duckdb
import pytest

from orchestration.identity.comparisons import FIRST_SEEN, NATIONAL_ID, PHONE

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


@pytest.mark.parametrize(
    ("system", "moment", "told"),
    [
        ("'desk'", "timestamp '2026-03-01 10:40:00'", "within an hour"),
        ("'desk'", "timestamp '2026-02-28 12:00:00'", "within a day"),
        ("'desk'", "timestamp '2026-03-07 10:00:00'", "within a week"),
        ("'desk'", "timestamp '2026-03-30 10:00:00'", "within a month"),
        ("'desk'", "timestamp '2026-04-30 10:00:00'", "longer apart"),
        ("'desk'", "null::timestamp", None),
        ("'shop'", "timestamp '2026-03-01 10:40:00'", None),
        ("''", "timestamp '2026-03-01 10:40:00'", None),
    ],
)
def test_when_somebody_was_first_seen_is_compared_between_two_known_systems_only(system, moment, told):
    number = duckdb.execute(f"""
        select {FIRST_SEEN.sql()}
        from (select 'shop' as source_system, timestamp '2026-03-01 10:00:00' as first_seen_at) as a,
            (select {system} as source_system, {moment} as first_seen_at) as b""").fetchone()[0]
    assert (FIRST_SEEN.levels[number - 1].label if number else None) == told
