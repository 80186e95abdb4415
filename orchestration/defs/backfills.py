"""After a backfill of the UI: readers see the newest day again."""

import dagster as dg

from orchestration.defs.schedules import daily

UNDER_WAY = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]
BACKFILL = "dagster/backfill"


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS, request_job=daily, default_status=dg.DefaultSensorStatus.RUNNING
)
def back_to_the_newest_day(context: dg.RunStatusSensorContext) -> dg.RunRequest | dg.SkipReason:
    """A backfill leaves readers on the day that was run last; where they had seen a later one, it is run once more."""
    from orchestration.backfill import day_that_readers_see, newest_day

    backfill = context.dagster_run.tags.get(BACKFILL)
    if backfill is None:
        return dg.SkipReason("It was no part of a backfill.")
    unfinished = dg.RunsFilter(tags={BACKFILL: backfill}, statuses=UNDER_WAY)
    if context.instance.get_runs_count(unfinished):
        return dg.SkipReason("The backfill goes on.")
    newest, seen = newest_day(), day_that_readers_see()
    if newest is None or seen == newest:
        return dg.SkipReason("Readers see the newest day.")
    return dg.RunRequest(run_key=f"{backfill} {newest}", partition_key=newest.isoformat())


@dg.definitions
def backfills() -> dg.Definitions:
    return dg.Definitions(sensors=[back_to_the_newest_day])
