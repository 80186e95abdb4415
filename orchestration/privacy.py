"""The last look before a table is shown: does any cell have the shape of a personal identifier?

This guards against a column that nobody tagged. It finds shapes, not names; the wall that keeps names
in is the dbt group `identity`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class Shape:
    """What an identifier looks like, and what any number of its length looks like.

    Order and ticket numbers of that length have the shape now and then. Only where at least `share` of a column's
    numbers of that length have it are they taken for what they look like.
    """

    pattern: str
    number: str = ""
    share: float = 0.0


def _standing_alone(number: str) -> str:
    # RE2 knows no look-around: an identifier begins and ends where letters and digits do.
    return f"(^|[^0-9A-Za-z-]){number}([^0-9A-Za-z-]|$)"


# Of random numbers of 11 digits 7 % begin like a mobile number; of 18 digits, 1 in 1,400 has a date of birth inside.
BIRTH_DATE = "(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"
SHAPES = {
    "an e-mail address": Shape(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+[.][A-Za-z]{2,}"),
    "a Chinese mobile number": Shape(_standing_alone("1[3-9][0-9]{9}"), _standing_alone("[0-9]{11}"), 0.25),
    "an international phone number": Shape(
        r"(^|[^0-9A-Za-z])[+][0-9][0-9 -]{7,14}[0-9]([^0-9A-Za-z]|$)",
    ),
    "a Chinese identity number": Shape(
        _standing_alone(f"[1-9][0-9]{{5}}{BIRTH_DATE}[0-9]{{3}}[0-9Xx]"), _standing_alone("[0-9]{17}[0-9Xx]"), 0.01
    ),
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
    counts = ", ".join(
        f"{_cells(column, shape.pattern)}, {_cells(column, shape.number or shape.pattern)}" for shape in SHAPES.values()
    )
    found = (
        connection.execute(f"select {counts} from {relation} where regexp_matches(\"{column}\", '{SIGNS}')").fetchone()
        or ()
    )
    counted = zip(SHAPES.items(), found[::2], found[1::2], strict=True)
    return [(name, count) for (name, shape), count, numbers in counted if count and count >= shape.share * numbers]


def _cells(column: str, pattern: str) -> str:
    return f"count(*) filter (regexp_matches(\"{column}\", '{pattern}'))"
