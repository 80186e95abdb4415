"""A taken-in file as something to select from: which of its columns fill which of the contract's.

Both ways of reading it, DuckDB's and the slow one of `records.py`, go by the same description. Cells are not
interpreted here.
"""

import json
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from orchestration.ingestion.arrival import Arrival
from orchestration.ingestion.contract_model import Column, Contract
from orchestration.ingestion.recognition import Fit

MAX_CELL_CHARACTERS = 1024 * 1024
MAX_OBJECT_CHARACTERS = 16 * 1024 * 1024


class RefusedFileError(Exception):
    """A file whose structure cannot be read with certainty; it is quarantined whole."""


@dataclass(frozen=True)
class Source:
    """One file of a feed, taken in and recognised. `text` is what is read: UTF-8 CSV or NDJSON, or Parquet."""

    fit: Fit
    delivery_date: date
    arrival: Arrival
    text: Path

    @property
    def contract(self) -> Contract:
        return self.fit.contract

    @property
    def header(self) -> tuple[str, ...]:
        return self.fit.header

    @property
    def is_json(self) -> bool:
        return self.fit.shape.format in ("json", "ndjson")

    @property
    def is_parquet(self) -> bool:
        return self.fit.shape.format == "parquet"

    @property
    def may_be_read_fast(self) -> bool:
        """Whether DuckDB sees in the file what Python sees: no NUL, nothing above the header, more than one column.

        In a file of one column a blank line is a row to DuckDB and none to everybody else.
        """
        is_plain = not self.arrival.has_nul and not self.fit.preamble
        return self.is_parquet or (is_plain and (self.is_json or len(self.header) > 1))

    @cached_property
    def places(self) -> dict[str, int]:
        return self.contract.mapping(self.header)

    @property
    def unmapped(self) -> list[str]:
        """Headers of this file that fill no column of the contract; their cells stay in the archived original."""
        if self.is_json or self.is_parquet:
            taken = {path.split(".")[0] for column in self.contract.columns for path in column.headers}
            return [title for title in self.header if "." not in title and title not in taken]
        mapped = set(self.places.values())
        return [title for position, title in enumerate(self.header) if position not in mapped and title.strip()]

    @property
    def scan(self) -> str:
        """DuckDB's reader over this file: strict, every cell text, nothing guessed."""
        if self.is_parquet:
            return f"read_parquet({_literal(self.text)})"
        if self.is_json:
            kinds = ", ".join(f"{_literal(name)}: {_literal(kind)}" for name, kind in self._json_kinds.items())
            return (
                f"read_json({_literal(self.text)}, format = 'newline_delimited', records = true, "
                f"maximum_object_size = {MAX_OBJECT_CHARACTERS}, columns = {{{kinds}}})"
            )
        cells = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(len(self.header)))
        return (
            f"read_csv({_literal(self.text)}, auto_detect = false, header = true, strict_mode = true, "
            f"delim = {_literal(self.fit.shape.delimiter)}, quote = '\"', escape = '\"', nullstr = '', "
            f"max_line_size = {MAX_CELL_CHARACTERS}, columns = {{{cells}}})"
        )

    def cell(self, column: Column) -> str:
        """SQL for the cell of a column as it arrived, over `scan`; an empty cell is null."""
        if self.is_parquet:
            return self._parquet_cell(column)
        if self.is_json:
            found = [f"nullif({self._json_cell(path)}, '')" for path in column.headers]
            return f"coalesce({', '.join(found)})" if len(found) > 1 else found[0]
        position = self.places.get(column.name)
        return "cast(null as varchar)" if position is None else f"c{position}"

    @property
    def named_cells(self) -> str:
        return ", ".join(f"{self.cell(column)} as {column.name}" for column in self.contract.columns)

    @property
    def broken(self) -> str:
        """SQL for the fault of a record that is no row of data: the header over again, or a footer."""
        if self.is_parquet or self.is_json:
            return "cast(null as varchar)"
        titles = [_literal(title) if title else "null" for title in self.header]
        again = " and ".join(f"c{position} is not distinct from {title}" for position, title in enumerate(titles))
        footer = self.fit.shape.footer
        first = f"coalesce({', '.join(f'c{position}' for position in range(len(self.header)))}, '')"
        ends = f"when regexp_matches({first}, {_literal(footer)}) then 'footer' " if footer else ""
        return f"case when {again} then 'repeated_header' {ends}end"

    @property
    def may_span_rows(self) -> str:
        """SQL condition: a cell holds as many delimiters as the rows that its line breaks would make of it."""
        delimiter = _literal(self.fit.shape.delimiter)
        tests = (
            f"(contains(c{p}, chr(10)) and length(c{p}) - length(replace(c{p}, {delimiter}, '')) = "
            f"{len(self.header) - 1} * (length(c{p}) - length(replace(c{p}, chr(10), ''))))"
            for p in range(len(self.header))
        )
        return " or ".join(tests)

    @property
    def line_breaks(self) -> str:
        """SQL for how many line breaks stand inside the cells of a CSV record."""
        return " + ".join(
            f"coalesce(length(c{position}) - length(replace(c{position}, chr(10), '')), 0)"
            for position in range(len(self.header))
        )

    @cached_property
    def _json_kinds(self) -> dict[str, str]:
        """Top-level key -> the type under which DuckDB reads it: text, a structure, or JSON where both are wanted."""
        tree: dict[str, Any] = {}
        for column in self.contract.columns:
            for path in column.headers:
                node = tree
                for step in path.split("."):
                    node = node.setdefault(step, {})
        whole = {path for column in self.contract.columns for path in column.headers}
        return {name: _json_kind(name, below, whole) for name, below in tree.items()}

    def _json_cell(self, path: str) -> str:
        top, *below = path.split(".")
        name = _identifier(top)
        if self._json_kinds[top] == "JSON":
            inside = "".join(f'."{step}"' for step in below)
            return f"json_extract_string({name}, {_literal('$' + inside)})" if below else f"cast({name} as varchar)"
        return name + "".join(f"[{_literal(step)}]" for step in below)

    def _parquet_cell(self, column: Column) -> str:
        known = {title.casefold(): title for title in self.header}
        path = next((known[title.casefold()] for title in column.headers if title.casefold() in known), None)
        if path is None:
            return "cast(null as varchar)"
        top, *below = path.split(".")
        value = _identifier(top) + "".join(f"[{_literal(step)}]" for step in below)
        nested = any(title.startswith(f"{path}.") for title in self.header)
        return f"nullif(cast({f'to_json({value})' if nested else value} as varchar), '')"


def _json_kind(path: str, below: dict[str, Any], whole: set[str]) -> str:
    if not below:
        return "VARCHAR"
    if path in whole or _has_whole_inside(path, below, whole):
        return "JSON"
    inside = ", ".join(
        f"{_identifier(name)} {_json_kind(f'{path}.{name}', more, whole)}" for name, more in below.items()
    )
    return f"STRUCT({inside})"


def _has_whole_inside(path: str, below: dict[str, Any], whole: set[str]) -> bool:
    """Whether a path is wanted both as a whole and in parts: a structure cannot be both."""
    return any(
        more and (f"{path}.{name}" in whole or _has_whole_inside(f"{path}.{name}", more, whole))
        for name, more in below.items()
    )


def as_json_text(value: Any) -> str:
    """A nested value as one line of JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
