"""The Dagster home: made once before anything starts in it, and put in order after a power cut.

Dagster cannot see that a run died with all its processes; such a run would stay STARTED for ever and
block the queue of one. The lock knows better: whoever holds it lives, whoever is named in it without
holding it is dead.
"""

import os
from collections.abc import Collection
from pathlib import Path

import dagster as dg

from orchestration.lock import current_holder
from orchestration.settings import CHECKOUT, announce, settings

UNFINISHED = [
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def open_home() -> dg.DagsterInstance:
    """The Dagster instance of this checkout, its storage created if need be.

    Two processes that create the storage at the same time break it for good (dagster#27390), so it is
    created here, before the web server and the daemon start.
    """
    home = announce().dagster_home
    for folder in (home, settings().data / "dev"):  # dev: where analysts build, see dbt_project/profiles.yml
        folder.mkdir(parents=True, exist_ok=True)
    rules = (CHECKOUT / "orchestration" / "dagster.yaml").read_text()
    fresh = home / f"dagster.{os.getpid()}.yaml"  # replaced whole: another process may be reading it
    fresh.write_text(rules.replace("{home}", str(home)))
    fresh.replace(home / "dagster.yaml")
    instance = dg.DagsterInstance.get()
    instance.get_runs_count()
    return instance


def reconcile(instance: dg.DagsterInstance, run_ids: Collection[str]) -> list[str]:
    """Report those of the runs that Dagster takes for running as failed; returns their ids."""
    if not run_ids:
        return []
    dead = [
        record.dagster_run
        for record in instance.get_run_records(dg.RunsFilter(run_ids=list(run_ids), statuses=UNFINISHED))
    ]
    for run in dead:
        instance.report_run_failed(run, "Its process died; what it wrote was a disposable copy. Run it again.")
    return [run.run_id for run in dead]


def reconcile_all(instance: dg.DagsterInstance, work: Path) -> list[str]:
    """Report every unfinished run as failed, except the one that holds the lock.

    Only for when nothing else of Dagster is running yet: a run that is just starting does not hold the
    lock either.
    """
    holder = current_holder(work)
    unfinished = instance.get_run_records(dg.RunsFilter(statuses=UNFINISHED))
    alive = {holder.run_id} if holder else set()
    return reconcile(instance, {record.dagster_run.run_id for record in unfinished} - alive)


def main() -> None:
    """What `make dagster` does before it starts the web server and the daemon."""
    home = announce()
    dead = reconcile_all(open_home(), home.work)
    if dead:
        print(f"{len(dead)} run(s) had died with their processes and are now marked as failed.")  # noqa: T201


if __name__ == "__main__":
    main()
