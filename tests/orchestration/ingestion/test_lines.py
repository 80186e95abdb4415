"""Exports of one row a line: what they say of an order is one thing, however it is spelled."""

import pytest

from tests.orchestration.ingestion.intake import contract_of, csv_text, intake_for

COLUMNS = (
    {"name": "order_id", "required": True},
    {"name": "paid_at", "type": "timestamp", "level": "order"},
    {"name": "note", "level": "order"},
    {"name": "product"},
)
MOMENT, SAME_MOMENT, OTHER_MOMENT = "2026-02-01 08:00:00 +0800", "2026-02-01 00:00:00", "2026-02-02 00:00:00"


@pytest.mark.parametrize(
    ("grain", "first", "second", "agree"),
    [
        ("repeated", (MOMENT, "gift"), (MOMENT, "gift"), True),
        ("repeated", (MOMENT, "gift"), (SAME_MOMENT, " gift "), True),
        ("repeated", (MOMENT, ""), (MOMENT, "-"), True),
        ("repeated", (MOMENT, "gift"), (OTHER_MOMENT, "gift"), False),
        ("repeated", (MOMENT, "gift"), (MOMENT, ""), False),
        ("repeated", (MOMENT, "gift"), ("", ""), False),
        ("continuation", (MOMENT, "gift"), ("", ""), True),
        ("continuation", (MOMENT, "gift"), ("", "N/A"), True),
        ("continuation", (MOMENT, "gift"), (SAME_MOMENT, ""), True),
        ("continuation", (MOMENT, "gift"), ("", "none"), False),
        ("continuation", (MOMENT, "gift"), (OTHER_MOMENT, "gift"), False),
    ],
)
@pytest.mark.parametrize("order_ids", [("A7", "A7"), ("'17", '="17"'), (" A7", "A7")])
def test_lines_that_say_different_things_of_their_order_are_set_aside(
    grain: str, first: tuple[str, str], second: tuple[str, str], agree: bool, order_ids: tuple[str, str]
):
    one, other = order_ids
    export = csv_text(
        [column["name"] for column in COLUMNS],
        [(one, *first, "tea"), ("B8", OTHER_MOMENT, "", "cup"), (other, *second, "milk")],
    )
    says = {"grain": {"kind": grain}, "cells": {"clean": True}}
    with intake_for(contract_of(*COLUMNS, key=["order_id"], says=says)) as house:
        house.deliver(export)
        products = {row[3] for row in house.rows()}
        assert products == ({"tea", "cup", "milk"} if agree else {"cup"})
        assert [row[1] for row in house.quarantine()] == ([] if agree else ["order_disagrees"] * 2)
