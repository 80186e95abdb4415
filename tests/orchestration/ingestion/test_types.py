"""A typed cell is let in exactly when staging can cast it, and then it means one value everywhere."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.orchestration.ingestion.intake import Intake, contract_of, csv_text, intake_for

often = settings(max_examples=12, deadline=None)

# How staging casts a cell of each type; money is the widest decimal it knows.
CASTS = {
    "integer": "cast(cell as bigint)",
    "decimal": "cast(cell as decimal(18, 4))",
    "date": "cast(cast(cell as timestamp) as date)",
    "timestamp": "cast(cell as timestamp)",
    "boolean": "cast(cell as boolean)",
}
NEARLY = st.one_of(
    st.text("0123456789+-.,:/TZe _", max_size=12),
    st.from_regex(r"[+-]?[0-9]{1,22}([.][0-9]{0,12})?", fullmatch=True),
    st.from_regex(r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]([ T][0-2][0-9]:[0-5][0-9](:[0-9]{2})?(Z|[+-]0[0-9]:?00)?)?"),
    st.sampled_from(
        ["true", "TRUE", " true ", "True", "yes", "NaN", "inf", "1e5", "0x1A", "1_000", "\t1", "１", "null"]
    ),
    st.sampled_from(
        ["infinity", "-infinity", "epoch", "now", "2026-03-01 (BC)", "2026-03-01 08:00:00 Asia/Shanghai", "2026-03-01 "]
    ),
)


@pytest.fixture(scope="module")
def intakes() -> Iterator[dict[str, Intake]]:
    """One warehouse for each type."""
    with ExitStack() as stack:
        yield {
            kind: stack.enter_context(intake_for(contract_of("row", {"name": "cell", "type": kind}))) for kind in CASTS
        }


def deliver(intake: Intake, cells: list[str]) -> None:
    intake.forget()
    intake.deliver(csv_text(["row", "cell"], [(str(number), cell) for number, cell in enumerate(cells)]))


def value_of(intake: Intake, kind: str, cell: str) -> object:
    """What staging makes of a cell; None when it is quarantined."""
    deliver(intake, [cell])
    return next((value for (value,) in intake.all(f"select {CASTS[kind]} from raw_shop.things")), None)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (
            "integer",
            ["0", "-12", "+7", " 5 ", "007", "9" * 18],
            ["2.5", "1e3", "1,000", "ten", "9" * 19, "１２", "--1"],
        ),
        (
            "decimal",
            ["0", "-2.50", "+.5", "5.", "1e3", " 2.5 ", "1.00000000001"],
            ["1,5", "£2.50", "ten", "NaN", "inf", "1_000", "1e30", "."],
        ),
        (
            "date",
            ["2026-03-01", "2026-3-1", "2024-02-29", "2026-03-01 08:00:00"],
            ["01.03.2026", "2026-02-30", "1 March", "2026-03-01 "],
        ),
        (
            "timestamp",
            ["2009-12-01 07:45:00", "2024-01-23T02:21:49.000+0000", "2026-03-01T08:00:00Z", "2026-03-01"],
            ["2026-03-01 25:00:00", "08:00:00", "2026-03-01 08:00:00 CET", "infinity"],
        ),
        ("boolean", ["0", "1", "true", "FALSE", "True"], ["yes", "2", "T", "-1"]),
        ("text", ["", " ", "anything", "2.5"], []),
    ],
)
def test_a_cell_is_held_to_the_type_of_its_column(kind: str, good: list[str], bad: list[str]):
    with intake_for(contract_of("row", {"name": "cell", "type": kind})) as intake:
        deliver(intake, good + bad)
        assert [cell for _, cell in intake.rows()] == [cell or None for cell in good]
        assert intake.quarantine() == [(len(good) + number, kind, "cell") for number in range(1, len(bad) + 1)]


@pytest.mark.parametrize("kind", CASTS)
@often
@given(cells=st.lists(NEARLY, max_size=30))
def test_staging_can_cast_whatever_cell_is_let_in(intakes: dict[str, Intake], kind: str, cells: list[str]):
    deliver(intakes[kind], cells)
    intakes[kind].all(f"select {CASTS[kind]} from raw_shop.things")


@pytest.mark.parametrize("kind", CASTS)
def test_a_typed_cell_of_nothing_but_blanks_is_no_value_of_its_type(intakes: dict[str, Intake], kind: str):
    deliver(intakes[kind], [" ", "   ", "\t", "\u00a0", "\u3000"])
    assert intakes[kind].rows() == []


@often
@given(cell=st.integers(-(10**18) + 1, 10**18 - 1))
def test_every_whole_number_of_up_to_18_digits_is_let_in_and_means_itself(intakes: dict[str, Intake], cell: int):
    assert value_of(intakes["integer"], "integer", str(cell)) == cell


@often
@given(cell=st.decimals(-(10**13) + 1, 10**13 - 1, places=4))
def test_every_amount_of_money_is_let_in_and_means_itself(intakes: dict[str, Intake], cell: Decimal):
    assert value_of(intakes["decimal"], "decimal", str(cell)) == cell


@often
@given(day=st.dates(date(1000, 1, 1)))
def test_every_day_is_let_in_and_means_itself(intakes: dict[str, Intake], day: date):
    assert value_of(intakes["date"], "date", day.isoformat()) == day


@often
@given(
    moment=st.datetimes(timezones=st.just(UTC)).filter(lambda moment: 1000 < moment.year < 9999),
    offset=st.one_of(st.none(), st.just(0), st.integers(-12 * 60, 14 * 60)),
)
def test_a_moment_with_an_offset_is_the_same_moment_in_utc(
    intakes: dict[str, Intake], moment: datetime, offset: int | None
):
    written = moment.replace(tzinfo=None) if offset is None else moment.astimezone(timezone(timedelta(minutes=offset)))
    assert value_of(intakes["timestamp"], "timestamp", written.isoformat()) == moment.replace(tzinfo=None)
