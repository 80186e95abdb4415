"""The books as the exports read them: SQL tables with moments as timestamps and codes as words, truth left out.

A table of the books keeps its name and its columns; -1 for none becomes null, '' in texts stays. Nothing is spelled,
counted or judged here. The table named_lines is lines with the names of the products.
"""

import re

import duckdb
import pandas as pd
import pyarrow as pa

from orchestration.world import codes
from orchestration.world.books import Books
from orchestration.world.catalog import CATEGORIES, PRODUCTS
from orchestration.world.columns import TABLES, Column
from orchestration.world.seasons import Calendar

TRUTH_ONLY = {"lead_fit", "truth", "traps"}
NUMBERS_WITH_MINUS = {"change", "balance"}  # where -1 is a number like any other


def lay_out(connection: duckdb.DuckDBPyConnection, books: Books, calendar: Calendar) -> None:
    """Make every table of the books that an export may know readable under its name."""
    for name, columns in TABLES.items():
        if name not in TRUTH_ONLY:
            connection.register(name, readable(getattr(books, name), columns, calendar))
    connection.register("named_lines", _named_lines(books.lines, calendar))


def readable(rows: pd.DataFrame, columns: dict[str, Column], calendar: Calendar) -> pa.Table:
    """The rows with timestamps (UTC, whole seconds), words and nulls."""
    told = {name: kind for name, kind in columns.items() if not kind.meaning.startswith("truth:")}
    return pa.table({name: _column(name, rows[name], kind, calendar) for name, kind in told.items()})


def _named_lines(lines: pd.DataFrame, calendar: Calendar) -> pa.Table:
    """The table lines with the words for its products (sku, name, name_latin, category), one short list each."""
    product = pa.array(lines["product"].to_numpy())
    words = {
        "sku": [one.sku for one in PRODUCTS],
        "name": [one.name for one in PRODUCTS],
        "name_latin": [one.name_latin for one in PRODUCTS],
        "category": [CATEGORIES[one.category][1] for one in PRODUCTS],
    }
    told = readable(lines, TABLES["lines"], calendar)
    for name, listed in words.items():
        unique = pa.array(listed).dictionary_encode()
        codes = unique.indices.take(product)
        told = told.append_column(name, pa.DictionaryArray.from_arrays(codes, unique.dictionary))
    return told


def _column(name: str, values: pd.Series, kind: Column, calendar: Calendar) -> pa.Array:
    code = re.search(r"\[([A-Z_]+)\]", kind.meaning)
    if kind.dtype == "int8" and code:
        words = getattr(codes, code[1])
        return pa.DictionaryArray.from_arrays(pa.array(values.to_numpy(), mask=values.to_numpy() < 0), list(words))
    if kind.dtype == "float64" and _is_moment(name):
        return pa.array(calendar.timestamps(values.to_numpy()).astype("datetime64[us]"))
    if kind.dtype in {"int16", "int64"} and name not in NUMBERS_WITH_MINUS:
        return pa.array(values.to_numpy(), mask=values.to_numpy() == -1)
    return pa.Array.from_pandas(values)


def _is_moment(name: str) -> bool:
    return name == "at" or name.endswith("_at") or name == "valid_until"
