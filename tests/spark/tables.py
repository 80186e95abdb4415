"""What goes from DuckDB to Spark before the build, and what is compared after it.

Carried over as Parquet: raw tables, the books, the models' scores, seeds (dbt-spark's session method trips over an
apostrophe in one), and what the identity engine made; it is Python on DuckDB, and a customer's id is random. Everything
else dbt builds on Spark.
"""

from collections.abc import Iterable
from pathlib import Path

import duckdb

# Python models, and the log of customer ids that is never written twice.
PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
PYTHON_MODELS = sorted(path.stem for path in (PROJECT / "models").rglob("*.py"))
SEEDS = sorted(path.stem for path in (PROJECT / "seeds").glob("*.csv"))
KEPT = [*PYTHON_MODELS, *SEEDS, "customer_crosswalk"]


def open_core(core: Path) -> duckdb.DuckDBPyConnection:
    """A published core.duckdb, to read."""
    settings: dict[str, str | bool | int | float | list[str]] = {"threads": "2", "memory_limit": "2GB"}
    connection = duckdb.connect(str(core), read_only=True, config=settings)
    connection.execute("set timezone = 'UTC'")
    return connection


def carry_over(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, Path]:
    """Write every table that Spark does not make itself; returns schema.table -> file."""
    tables = connection.execute(
        "select table_schema, table_name from information_schema.tables where starts_with(table_schema, 'raw_')"
        " or table_schema in ('ops', 'ml') or list_contains(?, table_name)",
        [KEPT],
    ).fetchall()
    files = {f"{schema}.{table}": folder / schema / f"{table}.parquet" for schema, table in tables}
    for table, file in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        connection.execute(f"copy {table} to '{file}' (format parquet)")
    return files


def differences(connection: duckdb.DuckDBPyConnection, table: str, files: Iterable[Path]) -> list[str]:
    """How the Parquet files of a table that Spark made differ from DuckDB's table: one sentence per column that does.

    Rows are told apart by whole equality, floats to the last bit.
    """
    files = [str(file) for file in files]
    theirs = f"(select * from read_parquet({files}, hive_partitioning = true))" if files else None
    columns = connection.execute(f"describe {table}").fetchall()
    kept = [(name, kind) for name, kind, *_ in columns]
    if theirs is None:
        found = connection.execute(f"select count(*) from {table}").fetchone()
        return [f"{found[0]} rows here, none there"] if found and found[0] else []
    missing = {name for name, _ in kept} - {row[0] for row in connection.execute(f"describe {theirs}").fetchall()}
    if missing:
        return [f"{name} is not there" for name in sorted(missing)]
    ours_text = ", ".join(f'"{name}"' for name, _ in kept)
    theirs_text = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in kept)
    ours = f"select {ours_text} from {table}"
    theirs = f"select {theirs_text} from {theirs}"
    unlike = connection.execute(
        f"select (select count(*) from (({ours}) except all ({theirs}))),"
        f" (select count(*) from (({theirs}) except all ({ours})))"
    ).fetchone()
    if unlike == (0, 0):
        return []
    told = [f"{unlike[0] if unlike else 0} rows only here, {unlike[1] if unlike else 0} only there"]
    for name, _ in kept:
        one = f'select "{name}", count(*) as n from ({ours}) group by all'
        other = f'select "{name}", count(*) as n from ({theirs}) group by all'
        count = connection.execute(f"select count(*) from (({one}) except ({other}))").fetchone()
        if count and count[0]:
            told.append(f"{name}: {count[0]} values differ in number")
    return told
