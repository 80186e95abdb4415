"""The gate lets in what is good, names what is broken, and never says what stood in a row."""

import gc
import logging
import os
import subprocess
import sys
import weakref
from pathlib import Path

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
import pytest

from expectations import gate

CHECKOUT = Path(__file__).parents[2]
MARKER = "MARKER-7731"  # stands in a row, and must stand nowhere else


def suite_of(*expectations):
    return gx.ExpectationSuite(name="test.suite", expectations=list(expectations))


UNIQUE = suite_of(gxe.ExpectColumnValuesToBeUnique(column="customer_id"))

# Great Expectations quotes the cell that a number could not be made of.
QUOTING = suite_of(
    gxe.ExpectColumnMedianToBeBetween(column="customer_id", max_value=1),
    gxe.ExpectColumnMeanToBeBetween(column="customer_id", max_value=1),
)


@pytest.fixture
def marked():
    return pd.DataFrame({"customer_id": [MARKER, MARKER, MARKER]}, dtype=object)


def test_a_good_frame_may_come_in():
    verdict = gate.inspect(pd.DataFrame({"customer_id": ["a", "b"]}), UNIQUE)
    assert verdict == gate.Verdict(
        suite="test.suite",
        results=(gate.CheckResult("expect_column_values_to_be_unique(customer_id)", passed=True, is_blocking=True),),
    )
    assert verdict.passed
    assert verdict.broken == []


def test_a_broken_frame_is_refused_by_the_names_of_the_checks_in_the_order_of_the_suite():
    suite = suite_of(
        gxe.ExpectColumnValuesToBeUnique(column="a"),
        gxe.ExpectColumnValuesToNotBeNull(column="nowhere"),
        gxe.ExpectTableRowCountToBeBetween(min_value=9),
        gxe.ExpectColumnPairValuesToBeEqual(column_A="a", column_B="b"),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=["a", "b"]),
        gxe.ExpectColumnValuesToNotBeNull(column="a"),
    )
    verdict = gate.inspect(pd.DataFrame({"a": [1, 1], "b": [2, 2]}), suite)
    assert not verdict.passed
    assert verdict.broken == [
        "expect_column_values_to_be_unique(a)",
        "expect_column_values_to_not_be_null(nowhere)",
        "expect_table_row_count_to_be_between",
        "expect_column_pair_values_to_be_equal(a, b)",
        "expect_compound_columns_to_be_unique(a, b)",
    ]
    assert verdict.results[-1] == gate.CheckResult("expect_column_values_to_not_be_null(a)", True, True)


@pytest.mark.parametrize("suite", [UNIQUE, QUOTING], ids=["a broken check", "a check that raises and quotes"])
def test_no_value_of_a_row_is_ever_shown(marked, suite, caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        verdict = gate.inspect(marked, suite)
        found = gate.validate(marked, suite)
    assert len(verdict.broken) == len(suite.expectations)
    shown = capfd.readouterr()
    for told in (
        repr(verdict),
        str(verdict.broken),
        str(found),
        repr(found.results),
        caplog.text,
        shown.out,
        shown.err,
    ):
        assert MARKER not in told


def test_great_expectations_would_have_shown_it(marked):
    """If this fails, the replacing of error messages in the gate is tested by nothing."""
    assert all(MARKER in str(result.exception_info) for result in gate._run(marked, QUOTING).results)


def test_an_inspection_prints_nothing(marked, capfd):
    gate.inspect(marked, UNIQUE)
    assert capfd.readouterr() == ("", "")


def test_a_warning_does_not_stop_the_run():
    suite = suite_of(
        gxe.ExpectColumnValuesToBeUnique(column="a", severity="warning"),
        gxe.ExpectColumnValuesToNotBeNull(column="a", severity="info"),
    )
    verdict = gate.inspect(pd.DataFrame({"a": [1, 1, None]}), suite)
    assert verdict.passed
    assert verdict.broken == []
    assert verdict.warnings == [
        "expect_column_values_to_be_unique(a)",
        "expect_column_values_to_not_be_null(a)",
    ]


@pytest.mark.parametrize(
    "exception_info",
    [
        {"raised_exception": True, "exception_message": MARKER, "exception_traceback": MARKER},
        {
            "one metric": {"raised_exception": False, "exception_message": None, "exception_traceback": None},
            "another": {"raised_exception": True, "exception_message": MARKER, "exception_traceback": MARKER},
        },
    ],
    ids=["told flat", "told per metric"],
)
def test_an_error_inside_a_check_is_a_failure_even_where_success_is_claimed(exception_info, monkeypatch):
    run = gate._run

    def claiming_success(frame, suite):
        found = run(frame, suite)
        found.results[0].exception_info = exception_info
        assert found.results[0].success
        return found

    monkeypatch.setattr(gate, "_run", claiming_success)
    frame = pd.DataFrame({"customer_id": ["a", "b"]})
    assert gate.inspect(frame, UNIQUE).broken == ["expect_column_values_to_be_unique(customer_id)"]
    assert MARKER not in str(gate.validate(frame, UNIQUE))


def test_a_check_that_was_not_run_is_missed(monkeypatch):
    run = gate._run

    def losing_one(frame, suite):
        found = run(frame, suite)
        found.results.pop()
        return found

    monkeypatch.setattr(gate, "_run", losing_one)
    with pytest.raises(gate.InspectionFailed, match=r"has 1 checks and 0 were run.*unique\(customer_id\)"):
        gate.inspect(pd.DataFrame({"customer_id": ["a"]}), UNIQUE)


def test_a_suite_that_expects_nothing_is_refused():
    with pytest.raises(gate.InspectionFailed, match="expects nothing"):
        gate.inspect(pd.DataFrame({"a": [1]}), suite_of())


def test_a_breakdown_of_great_expectations_is_told_without_its_words_and_the_gate_goes_on(monkeypatch):
    from great_expectations.datasource.fluent.interfaces import Batch

    def breaking_down(*_, **__):
        raise KeyError(MARKER)

    frame = pd.DataFrame({"customer_id": ["a"]})
    with monkeypatch.context() as broken:
        broken.setattr(Batch, "validate", breaking_down)
        with pytest.raises(gate.InspectionFailed, match=r"suite test\.suite: it ended with KeyError") as refusal:
            gate.inspect(frame, UNIQUE)
    assert MARKER not in str(refusal.value)
    assert refusal.value.__suppress_context__
    assert gate.inspect(frame, UNIQUE).passed


def test_an_inspected_frame_is_not_kept_in_memory():
    class Watched(pd.DataFrame):
        """A frame that can be watched."""

    frame = Watched({"customer_id": ["a", "b"]})
    alive = weakref.ref(frame)
    gate.inspect(frame, UNIQUE)
    del frame
    gc.collect()
    assert alive() is None


INSPECT_IN_A_NEW_PROCESS = f"""
import socket

def refuse(*address):
    raise AssertionError("the gate called somebody")

socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse

import pandas as pd
from expectations.gate import inspect
from expectations.suites import ml_rfm

verdict = inspect(pd.DataFrame({{"customer_id": ["{MARKER}"]}}), ml_rfm.suite())
print("still here", verdict.passed)
"""


def test_a_new_process_survives_the_import_calls_nobody_and_leaves_no_file(tmp_path):
    """Beside an unfit pyspark the import of Great Expectations ends the process with status 0: nothing was checked."""
    home = tmp_path / "home"
    home.mkdir()
    ran = subprocess.run(
        [sys.executable, "-c", INSPECT_IN_A_NEW_PROCESS],
        cwd=home,
        env={"HOME": str(home), "TMPDIR": str(home), "PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "still here False\n"
    assert ran.stderr == ""
    assert list(home.rglob("*")) == []


IMPORT_THE_DOOR = """
import importlib, pkgutil, sys
import expectations.data_docs, expectations.gate, expectations.suites

for module in pkgutil.iter_modules(expectations.suites.__path__):
    importlib.import_module(f"expectations.suites.{module.name}")
heavy = {"great_expectations", "pandas", "numpy"} & set(sys.modules)
print(len(list(pkgutil.iter_modules(expectations.suites.__path__))) > 1, sorted(heavy))
"""


def test_importing_the_door_is_cheap(tmp_path):
    ran = subprocess.run(
        [sys.executable, "-c", IMPORT_THE_DOOR],
        env={"HOME": str(tmp_path), "PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "True []\n"
