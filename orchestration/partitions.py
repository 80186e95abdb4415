"""The days a run can speak for. A run's partition is its as-of date; deliveries up to that day are taken in."""

import dagster as dg

from orchestration.settings import FIRST_DAY

# The last day is today (`end_offset`).
days = dg.DailyPartitionsDefinition(start_date=FIRST_DAY.isoformat(), end_offset=1)

# A run for a day takes a lock and publishes a version of its own: days are never lumped into one run.
one_by_one = dg.BackfillPolicy.multi_run(max_partitions_per_run=1)
