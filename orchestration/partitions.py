"""The days a run can speak for. A run's partition is its as-of date; deliveries up to that day are taken in."""

import dagster as dg

from orchestration.settings import FIRST_DAY

# The last day is today (`end_offset`).
days = dg.DailyPartitionsDefinition(start_date=FIRST_DAY.isoformat(), end_offset=1)
