"""The profile that the door sees is what pandas would have counted, and nothing a row says."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.ingestion.profile import profile
from tests.orchestration.ingestion.intake import DAY, Intake, contract_of, csv_text, intake_for

often = settings(max_examples=12, deadline=None)

CONTRACT = contract_of(
    "id",
    {"name": "price", "type": "decimal"},
    {"name": "ordered_at", "type": "timestamp"},
    {"name": "mail", "pattern": "[^@]+@[^@']+"},
)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", ""]),
        st.sampled_from(["1", "2.50", "-3", "", "ten"]),
        st.dates(date(2000, 1, 1), date(2026, 12, 31)).map(str) | st.just(""),
        st.sampled_from(["a@b", "nobody", "", "x@y"]),
    ),
    min_size=1,
    max_size=12,
)


@pytest.fixture(scope="module")
def whole_module_intake() -> Iterator[Intake]:
    with intake_for(CONTRACT) as intake:
        yield intake


@pytest.fixture
def intake(whole_module_intake: Intake) -> Intake:
    whole_module_intake.forget()
    return whole_module_intake


def deliver(intake: Intake, rows: list[tuple[str, ...]], day: date = DAY, run_id: str = "run-1") -> None:
    intake.deliver(csv_text([column.name for column in CONTRACT.columns], rows), day, run_id=run_id)


def missing_share(cells: pd.Series) -> float:
    return float((cells == "").mean())


@often
@given(ROWS)
def test_every_measure_is_what_pandas_counts(whole_module_intake: Intake, rows: list[tuple[str, ...]]):
    intake = whole_module_intake
    intake.forget()
    deliver(intake, rows)
    frame = profile(intake.connection, CONTRACT, "run-1")
    arrived = pd.DataFrame(rows, columns=["id", "price", "ordered_at", "mail"])
    kept = arrived[arrived["price"] != "ten"].drop_duplicates()
    if kept.empty:
        assert frame is None
        return
    assert frame is not None
    assert len(frame) == 1
    measured = frame.iloc[0]
    prices, days = pd.to_numeric(kept["price"]), pd.to_datetime(kept["ordered_at"])
    mails = kept["mail"][kept["mail"] != ""]
    assert measured["row_count"] == len(arrived)
    assert measured["quarantined_share"] == pytest.approx((arrived["price"] == "ten").mean())
    for name in kept:
        assert measured[f"{name}.missing_share"] == pytest.approx(missing_share(kept[name]))
    expected = {
        "price.min": prices.min(),
        "price.max": prices.max(),
        "ordered_at.days_after_delivery": (days.max() - pd.Timestamp(DAY)).days,
        "ordered_at.earliest_year": days.dt.year.min(),
        "mail.matching_share": mails.str.fullmatch(r"[^@]+@[^@']+").mean() if len(mails) else np.nan,
    }
    for name, value in expected.items():
        assert pd.isna(measured[name]) if pd.isna(value) else measured[name] == pytest.approx(float(value))
    assert set(frame) == {
        "row_count",
        "quarantined_share",
        *expected,
        *(f"{name}.missing_share" for name in kept),
    }


def test_only_what_this_run_took_in_is_measured(intake: Intake):
    deliver(intake, [("a", "1", "2026-02-01", "")] * 2)
    deliver(intake, [("b", "7", "2026-02-02", "")], DAY + timedelta(days=1), "run-2")
    frame = profile(intake.connection, CONTRACT, "run-2")
    assert frame is not None
    assert frame[["row_count", "price.min", "ordered_at.days_after_delivery"]].iloc[0].tolist() == [1, 7, -28]


def test_where_nothing_new_was_loaded_there_is_no_profile(intake: Intake):
    row = ("a", "1", "2026-02-01", "")
    deliver(intake, [row])
    deliver(intake, [row], DAY + timedelta(days=1), "run-2")
    deliver(intake, [("a", "ten", "", "")], DAY + timedelta(days=2), "run-3")
    for run_id in ("run-2", "run-3", "never"):
        assert profile(intake.connection, CONTRACT, run_id) is None


def test_a_time_with_its_offset_is_measured_like_one_without(intake: Intake):
    deliver(intake, [("a", "1", "2026-02-28T23:59:59.000+0000", ""), ("b", "1", "2026-02-27 10:00:00", "")])
    frame = profile(intake.connection, CONTRACT, "run-1")
    assert frame is not None
    assert frame["ordered_at.days_after_delivery"].iloc[0] == -1


def test_the_profile_says_nothing_that_a_text_cell_said(intake: Intake):
    deliver(intake, [("Ada Lovelace", "1", "2026-02-01", "ada@example.com")])
    frame = profile(intake.connection, CONTRACT, "run-1")
    assert frame is not None
    assert "ada" not in frame.to_csv().lower().replace("mail", "")
    assert all(pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes)
