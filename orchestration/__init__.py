"""The corridor: the only room that knows Dagster and may open the warehouse for writing."""
