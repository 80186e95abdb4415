"""People are written down as people write: recognisable, and seldom the same twice."""

import duckdb
import pytest

from orchestration.world.exports.ids import salesforce_ids
from orchestration.world.exports.ids import teach as teach_ids
from orchestration.world.records.spelling import MACROS, MEANT, SIMPLIFIED, TRADITIONAL, TYPED
from tests.world.delivered import everything, last


@pytest.fixture(scope="module")
def say():
    connection = duckdb.connect()
    connection.execute(MACROS)
    teach_ids(connection)
    return lambda sql: connection.sql(f"select {sql}").fetchall()[0][0]


def test_characters_stand_over_their_counterparts():
    assert len(SIMPLIFIED) == len(TRADITIONAL)
    assert len(MEANT) == len(TYPED)
    assert all(meant != typed for meant, typed in zip(MEANT, TYPED, strict=True))
    assert dict(zip(SIMPLIFIED, TRADITIONAL, strict=True))["张"] == "張"


@pytest.mark.parametrize(
    ("style", "written"),
    list(
        enumerate(
            [
                "+8615412345678",
                "15412345678",
                "+86 154 1234 5678",
                "008615412345678",
                "154-1234-5678",
                "１５４１２３４５６７８",
            ]
        )
    ),
)
def test_one_chinese_number_is_written_in_many_ways(say, style: int, written: str):
    assert say(f"written_phone('+8615412345678', {style})") == written


@pytest.mark.parametrize(
    ("e164", "style", "written"),
    [
        ("+441134960123", 1, "0113 496 0123"),
        ("+12015550123", 1, "(201) 555-0123"),
        ("+12015550123", 2, "+1 201 555 0123"),
        ("+441134960123", 3, "00441134960123"),
    ],
)
def test_numbers_abroad_are_written_as_there(say, e164: str, style: int, written: str):
    assert say(f"written_phone('{e164}', {style})") == written


@pytest.mark.parametrize(
    ("style", "written"),
    list(enumerate(["张伟", "張偉", "张玮", "Zhang Wei", "Wei Zhang", "小伟", "张先生", "Vivian Zhang"])),
)
def test_one_chinese_name_is_written_in_many_ways(say, style: int, written: str):
    assert say(f"chinese_name('张', '伟', 'Zhang', 'Wei', 'Vivian', '小伟', false, {style})") == written


def test_a_slip_of_the_keyboard_keeps_the_letters_or_loses_one(say):
    for place in range(30):
        swapped = say(f"swapped_letters('Robinson', {place})")
        assert sorted(swapped) == sorted("Robinson")
        assert len(say(f"without_letter('Robinson', {place})")) == len("Robinson") - 1


@pytest.mark.parametrize("style", range(7))
def test_a_companys_name_keeps_its_brand(say, style: int):
    written = say(f"chinese_company('上海', '明华', '贸易', 'Minghua', 'Trading', {style})")
    assert "明华" in written or "minghua" in written.lower() or "明華" in written


def test_masks_show_what_shops_show(say):
    assert say("masked_name('王小明')") == "王**"
    assert say("masked_phone('13812345678')") == "138****5678"


def test_ids_end_like_those_of_a_real_org():
    import numpy as np

    from orchestration.world.exports.ids import BITS, CHECKS, IS_CAPITAL

    for real in ("001Ec00000FzlUdIAJ", "005Ec000004oBPNIA2", "003Ec00000CyOT7IAN"):
        letters = np.frombuffer(real[:15].encode(), dtype=np.uint8)
        assert bytes(CHECKS[IS_CAPITAL[letters].reshape(3, 5) @ BITS]).decode() == real[15:]
    made = salesforce_ids("003", np.arange(100_000, dtype=np.uint64))
    assert len(np.unique(made, axis=0)) == 100_000


@pytest.mark.parametrize("macro", ["shopify_order_id", "shopify_order_name", "tmall_order_id", "zendesk_ticket_id"])
def test_no_two_orders_share_a_number(say, macro: str):
    assert say(f"(select count(distinct {macro}(p, n)) from range(500) a(p), range(100) b(n))") == 50_000


def test_second_contacts_tasks_and_mail_reach_real_variety():
    names = {row["Name"] for row in everything("salesforce/Lead")}
    assert any(name.isascii() for name in names)
    assert any(not name.isascii() for name in names)
    phones = {row["Phone"][:2] for row in last("salesforce/Lead") if row["Phone"]}
    assert len(phones) >= 4


def test_a_card_reads_the_same_in_every_delivery_until_it_is_changed():
    seen: dict[tuple, tuple] = {}
    for row in everything("salesforce/Lead"):
        key = row["Id"]
        assert seen.setdefault(key, (row["Name"], row["Phone"])) == (row["Name"], row["Phone"])
