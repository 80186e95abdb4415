"""Who is who: records of people from any sources, resolved into customers.

Pure functions over a DuckDB connection and numpy arrays. Nothing here knows Dagster, dbt, the published snapshot or
where a record came from. `resolution.resolve` is the way in; `link.link_file` is the same for a file.
"""
