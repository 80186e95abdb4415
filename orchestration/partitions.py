"""The days a run can speak for. A run's partition is its as-of date; deliveries up to that day are taken in."""

import dagster as dg

# The first day is before any export a company still has; the last is today (`end_offset`).
days = dg.DailyPartitionsDefinition(start_date="2000-01-01", end_offset=1)
