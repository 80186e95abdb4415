"""Between the door and the books: run a suite, write down what it found, tell Dagster whether to stop."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, cast

import dagster as dg
import pandas as pd

from orchestration import ledger
from orchestration.ingestion.blocked import why_blocked, why_unbalanced
from orchestration.ingestion.contracts import Contract
from orchestration.warehouse import Warehouse

if TYPE_CHECKING:
    import great_expectations as gx

SUITES = "expectations.suites"


def suite_named(name: str) -> "gx.ExpectationSuite":
    """The suite that a module of `expectations.suites` writes."""
    found: gx.ExpectationSuite = import_module(f"{SUITES}.{name}").suite()
    return found


def raw_suite(contract: Contract) -> "gx.ExpectationSuite":
    """What a feed is held to: the suite written for it, else what follows from its contract."""
    name = f"raw_{contract.system}_{contract.feed}"
    if find_spec(f"{SUITES}.{name}") is not None:
        return suite_named(name)
    from expectations.suites import structure

    # What belongs to the order is blank on its further lines.
    required = [column.name for column in contract.columns if column.required and column.level == "row"]
    moments = [column.name for column in contract.columns if column.name in required and column.type == "timestamp"]
    return structure.suite(contract.relation, required, moments)


@dataclass(frozen=True)
class Door:
    """The door of one run."""

    warehouse: Warehouse
    as_of_date: date

    def inspect_raw(self, frame: pd.DataFrame | None, contract: Contract) -> dg.AssetCheckResult:
        """Hold the profile of what came for a feed against its suite. None: nothing new came, nothing to hold."""
        found = self._inspect(
            frame, f"raw_{contract.system}_{contract.feed}", contract.relation, partial(raw_suite, contract)
        )
        if found.passed:
            return found
        broken = cast(list[str], found.metadata["broken"].value)
        with self.warehouse.connect() as connection:
            lines = why_blocked(connection, contract, self.warehouse.run_id, broken)
        return found._replace(description="\n".join(lines))

    def inspect(self, frame: pd.DataFrame | None, suite: str, subject: str) -> dg.AssetCheckResult:
        """Hold a frame against a suite of `expectations.suites`. None: there is nothing to hold."""
        return self._inspect(frame, suite, subject, partial(suite_named, suite))

    def _inspect(
        self, frame: pd.DataFrame | None, suite: str, subject: str, read: "Callable[[], gx.ExpectationSuite]"
    ) -> dg.AssetCheckResult:
        if frame is None:
            return dg.AssetCheckResult(passed=True, metadata={"looked_at": "nothing new was delivered"})
        from expectations.gate import inspect

        verdict = inspect(frame, read())
        self.write_down(
            "great_expectations",
            suite,
            subject,
            [(result.name, result.passed, result.is_blocking) for result in verdict.results],
        )
        return dg.AssetCheckResult(
            passed=verdict.passed, metadata={"expectations": len(verdict.results), "broken": list(verdict.broken)}
        )

    def balance(self, contract: Contract) -> dg.AssetCheckResult:
        """Whether every delivery that this run took in for a feed adds up."""
        with self.warehouse.connect() as connection:
            rows = connection.execute(
                """
                select file_name, delivery_date, is_balanced from ops.row_conservation
                where source_system = ? and feed = ? and run_id = ? order by delivery_date, file_name
                """,
                [contract.system, contract.feed, self.warehouse.run_id],
            ).fetchall()
        results = [(f"rows of {name} of {delivered} add up", balanced, True) for name, delivered, balanced in rows]
        self.write_down("conservation", "rows_add_up", contract.relation, results)
        lost = [f"{name} of {delivered}" for name, delivered, balanced in rows if not balanced]
        return dg.AssetCheckResult(
            passed=not lost,
            metadata={"deliveries": len(results)},
            description=why_unbalanced(contract, lost) if lost else None,
        )

    def write_down(self, kind: str, suite: str, subject: str, results: Iterable[tuple[str, bool, bool]]) -> None:
        """Enter (check, passed, is blocking) into `ops.quality_results`."""
        rows: list[dict[str, Any]] = [
            {
                "run_id": self.warehouse.run_id,
                "as_of_date": self.as_of_date,
                "kind": kind,
                "suite": suite,
                "check_name": name,
                "subject": subject,
                "passed": passed,
                "is_blocking": is_blocking,
            }
            for name, passed, is_blocking in results
        ]
        with self.warehouse.connect() as connection:
            ledger.note(connection, "ops.quality_results", rows)
