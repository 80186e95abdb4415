"""The warehouse in an analyst's hands: take it, build on it with dbt, publish it. One writer holds here too."""

from collections.abc import Iterator
from contextlib import contextmanager

from orchestration import ledger
from orchestration.lock import one_writer
from orchestration.publishing import FRAMES, Work, look_over, publish, refuse_if, suite_of
from orchestration.settings import announce
from orchestration.snapshots import CORE, SnapshotError
from orchestration.warehouse import open_database, shelf


@contextmanager
def take_the_warehouse() -> Iterator[None]:
    """Hold the lock on a fresh working copy of the last good version.

    Raises:
        WarehouseBusyError: a run holds it.
        SnapshotError: nothing has been published that could be copied.
    """
    home = announce()
    with one_writer(home.work, "an analyst's dbt build"):
        if shelf().current() is None:
            raise SnapshotError("There is no warehouse to build on yet. Run: crm run")
        shelf().take_copy(home.work)
        yield


def publish_by_hand() -> str:
    """Publish the working copy that a dbt build by hand left, if it is fit to be shown.

    Raises:
        WarehouseBusyError: a run holds the warehouse.
        SnapshotError: there is no such copy, or it is not fit.
    """
    from expectations.gate import inspect

    home = announce()
    core = home.work / CORE
    with one_writer(home.work, "crm publish"):
        if not core.exists():
            raise SnapshotError("There is nothing to publish: no dbt build by hand has left a working copy.")
        with open_database(core) as connection:
            ledger.open_books(connection)
            run = connection.execute(
                "select run_id, as_of_date from ops.runs order by run_number desc limit 1"
            ).fetchone()
            found = look_over(connection)
            verdicts = [inspect(connection.sql(query).df(), suite_of(relation)) for relation, query in FRAMES.items()]
        broken = [f"{verdict.suite} breaks {name}" for verdict in verdicts for name in verdict.broken]
        if run is None or broken:
            raise SnapshotError(f"Nothing was published: {', '.join(broken) or 'no run has filled this copy'}.")
        refuse_if(found)
        run_id, day = run
        return publish(Work(home.work, day, run_id))
