"""The daily job, run in this process: the same job that the schedule and the UI launch, told in sentences.

Nothing is decided here; `defs/` says what a run does.
"""

import gc
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration.defs.loggers import CRM
from orchestration.home import UNFINISHED, open_home, reconcile
from orchestration.lock import one_writer
from orchestration.settings import settings

# These say what the user can do; everything else is the program's own fault and shows its trace.
FOR_PEOPLE = {"Failure", "WarehouseBusyError", "SnapshotError", "DbtError", "ContractError"}
PID_TAG = "crm/pid"

Tell = Callable[[str, float, dict[str, int]], None]


@dataclass(frozen=True)
class Outcome:
    """How a run ended. `refusals` are for people; `faults` are stack traces of the program's own errors."""

    run_id: str
    succeeded: bool
    refusals: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Deliveries:
    """What a run takes in: another inbox than that of the settings, feeds that may have shrunk (SYSTEM/FEED), and
    whether it may merge as many customers as it finds to be one."""

    inbox: Path | None = None
    accept_volume: tuple[str, ...] = ()
    accept_merges: bool = False

    @property
    def config(self) -> dict[str, Any]:
        """The same as the config of the resources `inbox` and `limits`."""
        root = {"root": str(self.inbox.resolve())} if self.inbox else {}
        return {
            "inbox": {"config": root | {"accept_volume": list(self.accept_volume)}},
            "limits": {"config": {"accept_merges": self.accept_merges}},
        }


def run_daily(deliveries: Deliveries, as_of_date: date, wait_seconds: float, tell: Tell) -> Outcome:
    """Run the daily job for one day and return how it ended.

    Raises:
        WarehouseBusyError: somebody else is writing the warehouse.
    """
    instance = open_home()
    with one_writer(settings().work, "crm run, starting", wait_seconds=wait_seconds):
        _bury_the_dead(instance)
    from orchestration.definitions import defs

    job = defs().resolve_job_def("daily")
    gc.freeze()  # what is loaded by now stays: no collection needs to walk through it again
    resources = {"warehouse": {"config": {"wait_seconds": wait_seconds}}, **deliveries.config}
    with _listening(tell):
        result = job.execute_in_process(
            instance=instance,
            partition_key=as_of_date.isoformat(),
            run_config={"resources": resources, "loggers": {"crm": {"config": {}}}},
            tags={PID_TAG: str(os.getpid())},
            raise_on_error=False,
        )
    refusals, faults = _what_went_wrong(result)
    return Outcome(result.run_id, result.success, refusals, faults)


def _bury_the_dead(instance: dg.DagsterInstance) -> None:
    """Runs of this command whose process is gone are over, whatever Dagster believes."""
    records = instance.get_run_records(dg.RunsFilter(statuses=UNFINISHED))
    dead = [
        record.dagster_run.run_id
        for record in records
        if (pid := record.dagster_run.tags.get(PID_TAG)) and not Path(f"/proc/{pid}").exists()
    ]
    reconcile(instance, dead)


@contextmanager
def _listening(tell: Tell) -> Iterator[None]:
    logger, ear = logging.getLogger(CRM), _Ear(tell)
    logger.addHandler(ear)
    try:
        yield
    finally:
        logger.removeHandler(ear)


class _Ear(logging.Handler):
    """Turns Dagster's events into finished steps."""

    def __init__(self, tell: Tell) -> None:
        super().__init__()
        self.tell = tell
        self.counts: dict[str, dict[str, int]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        event: dg.DagsterEvent | None = getattr(record, "dagster_event", None)
        if event is None or event.step_key is None:
            return
        counted = self.counts.setdefault(event.step_key, {})
        if event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION:
            counted["assets"] = counted.get("assets", 0) + 1
            for name, value in event.step_materialization_data.materialization.metadata.items():
                if isinstance(value.value, int):
                    counted[name] = counted.get(name, 0) + value.value
        elif event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            counted["checks"] = counted.get("checks", 0) + 1
        elif event.event_type == dg.DagsterEventType.STEP_SUCCESS:
            self.tell(event.step_key.replace("__", "."), event.step_success_data.duration_ms / 1000, counted)


def _what_went_wrong(result: dg.ExecuteInProcessResult) -> tuple[list[str], list[str]]:
    refusals, faults = [], []
    blocked = [told for event in result.all_events if (told := _why_blocked(event))]
    for event in result.all_events:
        error = getattr(event.event_specific_data, "error", None)
        if error is None:
            continue
        chain = [error]
        while chain[-1].cause is not None:
            chain.append(chain[-1].cause)
        known = next((link for link in reversed(chain) if link.cls_name in FOR_PEOPLE), None)
        if known is not None:
            refusals.append(known.message.partition(": ")[2].strip() or known.message.strip())
        elif any(link.cls_name == "DagsterAssetCheckFailedError" for link in chain):
            refusals += [chain[0].message.partition(": ")[2].strip().replace("\n", "\n  "), *blocked]
        else:
            faults.append(error.to_string())
    return list(dict.fromkeys(refusals)), list(dict.fromkeys(faults))


def _why_blocked(event: dg.DagsterEvent) -> str:
    """What a check that did not pass says of it to people; '' where it says nothing, or only warns."""
    if event.event_type != dg.DagsterEventType.ASSET_CHECK_EVALUATION:
        return ""
    evaluation = event.asset_check_evaluation_data
    is_error = not evaluation.passed and evaluation.severity == dg.AssetCheckSeverity.ERROR
    return (evaluation.description or "").replace("\n", "\n  ") if is_error else ""
