"""`python -m tests.benchmarks.walk [--published FOLDER] [--customer ID]`: one customer, through every published table.

Reads a published version as its readers do. Without an id it takes whoever is known to most systems and touched us
most often, of several the first by id. Prints, table by table, how many rows are theirs and the newest of them. A
person of a real company would be named here: it is meant for the synthetic one.
"""

import argparse
import os
from pathlib import Path

import duckdb

CHECKOUT = Path(__file__).resolve().parents[2]
SHOWN_CELLS = 9
MOMENTS = ("as_of_date", "occurred_at", "ordered_at", "refunded_at", "created_at", "started_at", "touched_at")
RICHEST = """
    select records.customer_id
    from people.marts.customer_records as records
    join marts.fct_interactions as touches on records.customer_id = touches.customer_id
    group by records.customer_id
    order by count(distinct records.source_system) desc, count(distinct touches.interaction_id) desc,
        records.customer_id
    limit 1
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = Path(os.environ.get("CRM_DATA", CHECKOUT / "data"))
    parser.add_argument("--published", type=Path, default=data / "published" / "current")
    parser.add_argument("--customer")
    chosen = parser.parse_args()
    with duckdb.connect() as connection:
        for name in ("marts", "people"):
            connection.execute(f"attach '{chosen.published / f'{name}.duckdb'}' as {name} (read_only)")
        for line in walk(connection, chosen.customer or _richest(connection)):
            print(line)


def walk(connection: duckdb.DuckDBPyConnection, customer: str) -> list[str]:
    """One line per table with a customer_id: its rows of this customer, and the newest in the first filled cells."""
    lines = [f"customer {customer}"]
    for database, schema, table, columns in connection.execute("""
        select database_name, schema_name, table_name, list(column_name order by column_index)
        from duckdb_columns() where database_name in ('marts', 'people') and not internal
        group by all having list_contains(list(column_name), 'customer_id') order by all
    """).fetchall():
        order = [f"{moment} desc nulls last" for moment in MOMENTS if moment in columns]
        order += [f'"{column}"' for column in columns]
        rows = connection.execute(
            f"select * from {database}.{schema}.{table} where customer_id = ? order by {', '.join(order)}",
            [customer],
        )
        names = [column[0] for column in rows.description or []]
        found = rows.fetchall()
        cells = [f"{name}={cell}" for name, cell in zip(names, found[0], strict=True)] if found else []
        told = [cell for cell in cells if not cell.startswith("customer_id=") and not cell.endswith("=None")]
        address = f"{'marts' if schema == 'main' else schema}.{table}"
        lines.append(f"{address}: {len(found)} rows; {', '.join(told[:SHOWN_CELLS])}")
    return lines


def _richest(connection: duckdb.DuckDBPyConnection) -> str:
    found = connection.execute(RICHEST).fetchone()
    if found is None:
        raise SystemExit("Nobody is known in this version yet.")
    return str(found[0])


if __name__ == "__main__":
    main()
