"""Everything Dagster can run."""
