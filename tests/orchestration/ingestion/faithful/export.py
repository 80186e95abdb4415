"""Small files as vendors write them: verbatim headers, their encodings and quirks, and what their cells mean.

Each is one export of a vendor with its own name; `rows` are the cells that are worth a look, in the contract's words.
"""

import csv
import io
import json
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet as pq


@dataclass(frozen=True)
class Faithful:
    """An export: the contract it must be found to fit, and what must stand in the raw table."""

    contract: str
    name: str
    content: bytes
    rows: list[dict[str, str | None]]
    encoding: str = "utf-8"
    set_aside: list[tuple[int, str, str | None]] = field(default_factory=list)

    @property
    def title(self) -> str:
        return f"{self.contract} {self.name}"


def table(header: str, *rows: str | list[str], line_end: str = "\r\n") -> str:
    """A CSV; a row is its text, or its cells."""
    return line_end.join([header, *(row if isinstance(row, str) else _quoted(row) for row in rows)]) + line_end


def filled(header: str, **cells: str) -> list[str]:
    """A row with some cells, by their headers, and the others empty."""
    titles = next(csv.reader(io.StringIO(header)))
    assert set(cells) <= set(titles), set(cells) - set(titles)
    return [cells.get(title, "") for title in titles]


def lines_of_json(*things: object) -> bytes:
    return "".join(json.dumps(thing, ensure_ascii=False) + "\n" for thing in things).encode()


def parquet(things: list[dict[str, object]]) -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(things), target)
    return target.getvalue()


def _quoted(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()
