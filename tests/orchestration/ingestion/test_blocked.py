"""A feed that is not let in says which file, which rule, how many rows and what to do, and never what a cell said."""

from datetime import timedelta

from orchestration.ingestion.blocked import MOST_LINES, why_blocked, why_unbalanced
from orchestration.ingestion.profile import profile
from tests.orchestration.ingestion.intake import DAY, contract_of, intake_for

FEED = contract_of("name", {"name": "price", "type": "decimal"}, {"name": "pieces", "type": "integer"})
ASIDE = "expect_column_max_to_be_between(quarantined_share)"


def test_the_worst_comes_first_with_file_count_column_row_and_cure():
    with intake_for(FEED) as intake:
        intake.deliver("name,price,pieces\nAda,1,1\nBob,much,1\nEve,heaps,1\nCid,1,lots\n", name="a.csv")
        intake.deliver("name,price,pieces\nZoë,1\n", DAY + timedelta(days=1), name="b.csv")
        lines = why_blocked(intake.connection, FEED, "run-1", [ASIDE])
        file_id = intake.all("select file_id from ops.deliveries where file_name = 'a.csv'")[0][0]
    assert lines == [
        "shop/things was not let in: too large a share of its rows was set aside.",
        f"a.csv of {DAY}: 2 of 4 rows (price), first row 2. A cell is not a number.",
        f"a.csv of {DAY}: 1 of 4 rows (pieces), first row 4. A cell is not a whole number.",
        f"b.csv of {DAY + timedelta(days=1)}: 1 of 1 rows, first row 1. It has more or fewer cells than the header.",
        f"The rows as they came: crm quarantine show {file_id}",
        "Have shop put a right export in its place, or let data/contracts/shop/things.yml allow it; then run again.",
    ]
    assert not any(word in line for line in lines for word in ("Bob", "much", "Zoë", "lots", "heaps", "Cid"))


def test_many_broken_rules_are_cut_short():
    with intake_for(FEED) as intake:
        for number in range(MOST_LINES + 3):
            intake.deliver("name,price,pieces\nAda,much,1\n", DAY + timedelta(days=number))
        lines = why_blocked(intake.connection, FEED, "run-1", [ASIDE])
    assert len([line for line in lines if line.startswith("things.csv of")]) == MOST_LINES
    assert "and 3 more: crm quarantine list" in lines


def test_every_broken_measure_is_told_once_in_words():
    with intake_for(FEED) as intake:
        broken = [
            "expect_column_min_to_be_between(row_count)",
            "expect_column_max_to_be_between(name.missing_share)",
            "expect_column_values_to_be_between(price.min)",
            "expect_column_values_to_be_between(price.min)",
        ]
        first, cure = why_blocked(intake.connection, FEED, "run-1", broken)
    assert first == (
        "shop/things was not let in: too few rows came; too many cells of name are empty; price holds a number that is "
        "too small."
    )
    assert "raw_shop_things in expectations/suites" in cure


def test_rows_that_do_not_add_up_are_the_programs_fault_and_said_to_be():
    assert "a.csv, b.csv. That is a fault of this program" in why_unbalanced(FEED, ["a.csv", "b.csv"])


def test_a_file_refused_whole_is_named_and_does_not_keep_the_others_out():
    with intake_for(FEED) as intake:
        intake.deliver("name,price,pieces\nAda,1,1\n", name="a.csv")
        intake.deliver('name,price,pieces\n"Bob,1,1\nEve,1,1\n', name="b.csv")
        frame = profile(intake.connection, FEED, "run-1")
    assert frame is not None
    assert frame[["row_count", "quarantined_share"]].iloc[0].tolist() == [1, 0]
