"""How a row becomes a line of text: SQL expressions for cells and lines of every dialect, and the bytes of a query.

What stands in a cell is each export's own business. A cell is an SQL expression of text.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

AT_ONCE = 30_000  # lines held in memory; the same room is used again and again

MACROS = r"""
create or replace macro plain(x) as coalesce(x::varchar, '');
create or replace macro minimal(x) as case
    when x is null then ''
    when contains(x, ',') or contains(x, '"') or contains(x, chr(10)) or contains(x, chr(13))
        then '"' || replace(x, '"', '""') || '"'
    else x end;
create or replace macro full_quoted(x) as '"' || coalesce(replace(x::varchar, '"', '""'), '') || '"';
create or replace macro money(cents) as coalesce((cents::decimal(15, 0) * 0.01::decimal(3, 2))::varchar, '');
create or replace macro json_text(x) as case when x is null then 'null' else to_json(x)::varchar end;
create or replace macro json_plain(x) as coalesce(x::varchar, 'null');
"""


def literal(text: str) -> str:
    """The text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def csv_line(header: Sequence[str], cells: Mapping[str, str], empty: str = "", end: str = "\n") -> str:
    """The expression of a line with `header`'s columns; columns without a cell, and cells that are null, are `empty`.

    Raises ValueError for a cell whose column the header does not have.
    """
    if unknown := cells.keys() - set(header):
        raise ValueError(f"The header has no column {', '.join(sorted(unknown))}.")
    parts: list[str] = []
    constant = ""
    for place, column in enumerate(header):
        constant += "," if place else ""
        if column in cells:
            parts += [literal(constant)] if constant else []
            parts.append(f"coalesce({cells[column]}, {literal(empty)})")
            constant = ""
        else:
            constant += empty
    # One call of many arguments: a chain of || would copy the growing line once a cell.
    return f"concat({', '.join([*parts, literal(constant + end)])})"


def choose(value: str, words: Mapping[str, str]) -> str:
    """The SQL of the word for a value; null where there is none."""
    return (
        f"case {value} " + " ".join(f"when {literal(key)} then {literal(word)}" for key, word in words.items()) + " end"
    )


def texts(rows: duckdb.DuckDBPyRelation) -> Iterator[tuple[int, memoryview, int]]:
    """Of rows (delivery, line) in order of delivery: each delivery's number, its text in UTF-8 and its lines.

    Lines bring their own ends. The text is cut out of Arrow's own buffer; no line is touched one by one.
    Raises ValueError for a line that is null (a cell forgot to say what null looks like) or rows out of order.
    """
    last = 0
    for batch in rows.to_arrow_reader(AT_ONCE):
        line = pc.cast(batch.column("line"), pa.large_string())
        delivery = batch.column("delivery").to_numpy()
        steps = np.diff(delivery, prepend=last)
        if line.null_count or (steps < 0).any():
            raise ValueError("An export's lines must be whole and in the order of their deliveries.")
        last = delivery[-1]
        offsets = np.frombuffer(line.buffers()[1], dtype=np.int64)[line.offset : line.offset + len(line) + 1]
        edges = [0, *(np.flatnonzero(steps[1:]) + 1).tolist(), len(line)]
        text = memoryview(line.buffers()[2])
        for begin, end in pairwise(edges):
            yield int(delivery[begin]), text[offsets[begin] : offsets[end]], end - begin
