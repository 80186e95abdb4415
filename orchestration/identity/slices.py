"""A statement over all records, carried out for some of them at a time.

What DuckDB gathers into lists it holds in memory: lists of three million records did not fit into 4 GB.
"""

import duckdb

AT_ONCE = 500_000  # records


def write(connection: duckdb.DuckDBPyConnection, table: str, query: str) -> None:
    """Make the temp table `table`, which `query` may read, of the rows of `query` for all records of `folded`.

    In `query` {these} stands for a condition on record_no; the rows of a record must follow from rows of its number.
    """
    row = connection.execute("select coalesce(max(record_no), 0) from folded").fetchone()
    ends = range(0, (row[0] if row else 0) + 1, AT_ONCE)
    for begin in ends:
        slice_ = query.replace("{these}", f"record_no between {begin} and {begin + AT_ONCE - 1}")
        how = "insert into slices by name" if begin else "create or replace temp table slices as"
        connection.execute(f"{how} {slice_}")
    connection.execute(f"drop table if exists temp.{table}")
    connection.execute(f"alter table slices rename to {table}")
