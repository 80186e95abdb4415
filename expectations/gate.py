"""The gate: runs a suite over a frame and says which checks broke.

Here belongs how a suite is run and what a caller may learn of it: names of checks, passed or not. What is expected of
which table stands in `suites/`. No value of a row leaves this module, not even in an error: Great Expectations quotes
cells in the errors it catches, so those are replaced before anybody sees them.

An expectation of severity "critical" (the default) blocks; "warning" and "info" only warn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import great_expectations as gx
    import pandas as pd
    from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
    from great_expectations.data_context import AbstractDataContext
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

WITHHELD = "The check ended with an error. What it said is withheld: it may quote a row."


class InspectionFailed(RuntimeError):  # noqa: N818 - the state of an inspection, said as one
    """The suite could not be run, or not as a whole: nothing is known about the frame."""


@dataclass(frozen=True)
class CheckResult:
    """One expectation, named like expect_column_values_to_not_be_null(customer_id)."""

    name: str
    passed: bool
    is_blocking: bool


@dataclass(frozen=True)
class Verdict:
    """What the gate says about one frame. Holds names and booleans only."""

    suite: str
    results: tuple[CheckResult, ...]

    @property
    def passed(self) -> bool:
        """Whether the frame may come in: no blocking check is broken."""
        return not self.broken

    @property
    def broken(self) -> list[str]:
        """The blocking checks that failed."""
        return [result.name for result in self.results if result.is_blocking and not result.passed]

    @property
    def warnings(self) -> list[str]:
        """The checks that failed and only warn."""
        return [result.name for result in self.results if not result.is_blocking and not result.passed]


def inspect(frame: pd.DataFrame, suite: gx.ExpectationSuite) -> Verdict:
    """Judge a frame by a suite.

    A check that raised an error, for a missing column or any other reason, counts as failed. Raises InspectionFailed
    when the suite is empty, could not be run, or gave another set of results than it has checks.
    """
    results = tuple(
        CheckResult(
            name=name_of(_check_of(result)),
            passed=bool(result.success),
            is_blocking=is_blocking(result),
        )
        for result in validate(frame, suite).results
    )
    return Verdict(suite=suite.name, results=results)


def validate(frame: pd.DataFrame, suite: gx.ExpectationSuite) -> ExpectationSuiteValidationResult:
    """What Great Expectations found, in the order of the suite, without a trace of the rows. Raises as `inspect`."""
    expected = [name_of(configuration) for configuration in suite.expectation_configurations]
    if not expected:
        raise InspectionFailed(f"The suite {suite.name} expects nothing: everything would pass it. Give it checks.")
    found = _run(frame, suite)
    _refuse_if_something_did_not_run(suite.name, expected, found)
    for result in found.results:
        raised = _has_raised(result.exception_info)
        result.success = bool(result.success) and not raised
        result.result = {}
        result.exception_info = {
            "raised_exception": raised,
            "exception_message": WITHHELD if raised else None,
            "exception_traceback": WITHHELD if raised else None,
        }
    found.results.sort(key=lambda result: expected.index(name_of(_check_of(result))))
    found.success = all(result.success for result in found.results)
    found.meta = {}  # it holds a fingerprint of the rows
    return found


def name_of(configuration: ExpectationConfiguration) -> str:
    """The type of an expectation and the columns it looks at."""
    kwargs = configuration.kwargs
    columns = [kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs]
    columns += kwargs.get("column_list", [])
    return f"{configuration.type}({', '.join(columns)})" if columns else configuration.type


def is_blocking(result: ExpectationValidationResult) -> bool:
    """Whether the failure of this check stops the run."""
    return _check_of(result).severity == "critical"


def _run(frame: pd.DataFrame, suite: gx.ExpectationSuite) -> ExpectationSuiteValidationResult:
    context = _context()
    # A data source of its own for each inspection, thrown away after it: a kept one would keep every frame in memory.
    source = context.data_sources.add_pandas("door")
    try:
        batch = (
            source.add_dataframe_asset("frame")
            .add_batch_definition_whole_dataframe("all_rows")
            .get_batch({"dataframe": frame})
        )
        return batch.validate(suite, result_format="BOOLEAN_ONLY")
    except Exception as error:
        raise InspectionFailed(
            f"Great Expectations could not run the suite {suite.name}: it ended with {type(error).__name__}. "
            "Run the suite by hand on the frame to see more; its message is withheld because it may quote a row."
        ) from None
    finally:
        context.data_sources.delete("door")


@cache
def _context() -> AbstractDataContext:
    """One context a process, in memory: it writes no file, draws no progress bar and reports to nobody."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    return gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            analytics_enabled=False,
            progress_bars=ProgressBarsConfig(globally=False),
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        ),
    )


def _refuse_if_something_did_not_run(suite: str, expected: list[str], found: ExpectationSuiteValidationResult) -> None:
    ran = Counter(name_of(_check_of(result)) for result in found.results)
    difference = (Counter(expected) - ran) + (ran - Counter(expected))
    if difference:
        raise InspectionFailed(
            f"The suite {suite} has {len(expected)} checks and {ran.total()} were run. "
            f"Not the same: {', '.join(sorted(difference))}."
        )


def _check_of(result: ExpectationValidationResult) -> ExpectationConfiguration:
    if result.expectation_config is None:
        raise InspectionFailed("Great Expectations gave a result and did not say of which check.")
    return result.expectation_config


def _has_raised(exception_info: Mapping[str, Any] | None) -> bool:
    """Great Expectations tells of one error flat, and of several as one mapping per metric."""
    if not exception_info:
        return False
    if "raised_exception" in exception_info:
        return bool(exception_info["raised_exception"])
    return any(_has_raised(each) for each in exception_info.values())
