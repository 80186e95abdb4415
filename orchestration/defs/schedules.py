"""The only clock in the house."""

import dagster as dg

from orchestration.partitions import days

daily = dg.define_asset_job("daily", selection="*", partitions_def=days)


@dg.schedule(job=daily, cron_schedule="0 3 * * *", default_status=dg.DefaultScheduleStatus.RUNNING)
def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Before the shop opens, for the day that has just begun."""
    today = context.scheduled_execution_time.date().isoformat()
    return dg.RunRequest(run_key=today, partition_key=today)


@dg.definitions
def schedules() -> dg.Definitions:
    return dg.Definitions(jobs=[daily], schedules=[nightly])
