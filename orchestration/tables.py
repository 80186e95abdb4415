"""Tables as such: made, grown by the columns they lack, counted. What stands in them is the affair of others."""

from collections.abc import Mapping

import duckdb


def grow(connection: duckdb.DuckDBPyConnection, relation: str, columns: Mapping[str, str]) -> None:
    """Create `schema.table` with these columns (name -> type) if it is not there, else add those that it lacks.

    No column is taken away or given another type: what a table of an older version holds stays as it is.
    """
    connection.execute(f"create schema if not exists {relation.partition('.')[0]}")
    spelled = {name: f"{name} {kind}" for name, kind in columns.items()}
    connection.execute(f"create table if not exists {relation} ({', '.join(spelled.values())})")
    # Asked first: seven hundred columns that are all there would cost every run more than all feeds without news.
    standing = {name for name, *_ in connection.execute(f"select * from {relation} limit 0").description or []}
    for name, column in spelled.items():
        if name not in standing:
            connection.execute(f"alter table {relation} add column {column}")


def count(connection: duckdb.DuckDBPyConnection, rows: str) -> int:
    """How many rows a relation has; `rows` is what stands behind FROM, a condition included."""
    found = connection.execute(f"select count(*) from {rows}").fetchone()
    return int(found[0]) if found else 0
