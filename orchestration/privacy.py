"""The last look before a table is shown: does any cell have the shape of a personal identifier?

This guards against a column that nobody tagged. It finds shapes, not names; the wall that keeps names
in is the dbt group `identity`.
"""

from collections.abc import Iterable

import duckdb

# RE2 knows no look-around: an identifier begins and ends where letters and digits do.
SHAPES = {
    "an e-mail address": r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+[.][A-Za-z]{2,}",
    "a Chinese mobile number": r"(^|[^0-9A-Za-z-])1[3-9][0-9]{9}([^0-9A-Za-z-]|$)",
    "an international phone number": r"(^|[^0-9A-Za-z])[+][0-9][0-9 -]{7,14}[0-9]([^0-9A-Za-z]|$)",
    "a Chinese identity number": r"(^|[^0-9A-Za-z-])[1-9][0-9]{16}[0-9Xx]([^0-9A-Za-z-]|$)",
}


# What every shape has: a cell without one of these signs needs no closer look, and nearly none has one.
SIGNS = r"[@+]|[0-9]{11}"


def findings(connection: duckdb.DuckDBPyConnection, relations: Iterable[str]) -> list[str]:
    """Sentences that name the columns of `relations` with cells of a personal shape, and how many; never the cells."""
    return [
        f"{relation}.{column}: {count} cells with the shape of {shape}"
        for relation in sorted(relations)
        for column in _suspects(connection, relation)
        for shape, count in _shapes(connection, relation, column)
    ]


def _suspects(connection: duckdb.DuckDBPyConnection, relation: str) -> list[str]:
    columns = [name for name, kind, *_ in connection.execute(f"describe {relation}").fetchall() if kind == "VARCHAR"]
    if not columns:
        return []
    looks = ", ".join(f"bool_or(regexp_matches(\"{column}\", '{SIGNS}'))" for column in columns)
    found = connection.execute(f"select {looks} from {relation}").fetchone() or ()
    return [column for column, is_suspect in zip(columns, found, strict=True) if is_suspect]


def _shapes(connection: duckdb.DuckDBPyConnection, relation: str, column: str) -> list[tuple[str, int]]:
    counts = ", ".join(f"count(*) filter (regexp_matches(\"{column}\", '{shape}'))" for shape in SHAPES.values())
    found = (
        connection.execute(f"select {counts} from {relation} where regexp_matches(\"{column}\", '{SIGNS}')").fetchone()
        or ()
    )
    return [(shape, count) for shape, count in zip(SHAPES, found, strict=True) if count]
