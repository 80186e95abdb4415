"""The last look before a table is shown: does any cell have the shape of a personal identifier?

This guards against a column that nobody tagged. It finds shapes, not names; the wall that keeps names
in is the dbt group `identity`.
"""

from collections.abc import Iterable

import duckdb

# RE2 knows no look-around: an identifier begins and ends where letters and digits do.
SHAPES = {
    "e-mail address": r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+[.][A-Za-z]{2,}",
    "Chinese mobile number": r"(^|[^0-9A-Za-z-])1[3-9][0-9]{9}([^0-9A-Za-z-]|$)",
    "international phone number": r"(^|[^0-9A-Za-z])[+][0-9][0-9 -]{7,14}[0-9]([^0-9A-Za-z]|$)",
    "Chinese identity number": r"(^|[^0-9A-Za-z-])[1-9][0-9]{16}[0-9Xx]([^0-9A-Za-z-]|$)",
}


def findings(connection: duckdb.DuckDBPyConnection, relations: Iterable[str]) -> list[str]:
    """Sentences that name the columns of `relations` with cells of a personal shape, and how many; never the cells."""
    found = []
    for relation in sorted(relations):
        columns = [
            name for name, kind, *_ in connection.execute(f"describe {relation}").fetchall() if kind == "VARCHAR"
        ]
        if not columns:
            continue
        counts = connection.execute(
            "select "
            + ", ".join(f"count(*) filter ({_has_shape(column, shape)})" for column in columns for shape in SHAPES)
            + f" from {relation}"
        ).fetchone()
        labels = [(column, shape) for column in columns for shape in SHAPES]
        found += [
            f"{relation}.{column}: {count} cells look like a {shape}"
            for (column, shape), count in zip(labels, counts or [], strict=True)
            if count
        ]
    return found


def _has_shape(column: str, shape: str) -> str:
    pattern = SHAPES[shape].replace("'", "''")
    # The plain search for the sign is many times cheaper than the pattern and settles nearly every cell.
    sign = {"e-mail address": "@", "international phone number": "+"}.get(shape)
    test = f"regexp_matches(\"{column}\", '{pattern}')"
    return f"contains(\"{column}\", '{sign}') and {test}" if sign else test
