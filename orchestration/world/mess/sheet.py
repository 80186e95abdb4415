"""A delivered CSV or NDJSON as records of raw text: cut, moved and put together again without reading what it says."""

from dataclasses import dataclass, replace
from pathlib import Path

from orchestration.world.exports.delivery import Feed


@dataclass(frozen=True)
class Sheet:
    """`header` with its line end ('' for NDJSON) and the records, each with its own; a record may hold line breaks."""

    header: str
    records: tuple[str, ...]
    encoding: str
    end: str

    @property
    def columns(self) -> list[str]:
        return [unquoted(cell) for cell in cells(self.header.removesuffix(self.end))]

    def write(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes((self.header + "".join(self.records)).encode(self.encoding))

    def with_records(self, records: list[str]) -> "Sheet":
        return replace(self, records=tuple(records))

    def rows(self) -> list[list[str]]:
        """The raw cells of every record."""
        return [cells(record.removesuffix(self.end)) for record in self.records]

    def with_rows(self, rows: list[list[str]]) -> "Sheet":
        return self.with_records([",".join(row) + self.end for row in rows])

    def position(self, column: str) -> int:
        return self.columns.index(column)


def read(file: Path, feed: Feed) -> Sheet:
    """The delivery of the feed that `file` holds."""
    text = file.read_bytes().decode(feed.encoding)
    end = "\r\n" if feed.preamble.endswith("\r\n") else "\n"
    return Sheet(text[: len(feed.preamble)], tuple(split(text[len(feed.preamble) :])), feed.encoding, end)


def split(text: str) -> list[str]:
    """Records of CSV, or of NDJSON, whose quotes are even too. What the text ends with need not be whole."""
    lines = text.split("\n")
    whole, rest = lines[:-1], lines[-1]
    records = [f"{record}\n" for record in _closed(whole, "\n")]
    return [*records, rest] if rest else records


def cells(record: str) -> list[str]:
    """The cells of a record as they stand, quotes and all."""
    return _closed(record.split(","), ",")


def _closed(pieces: list[str], between: str) -> list[str]:
    """The pieces, joined again where a quote was still open."""
    found: list[str] = []
    begun: list[str] = []
    quotes = 0
    for piece in pieces:
        begun.append(piece)
        quotes += piece.count('"')
        if quotes % 2 == 0:
            found.append(between.join(begun))
            begun = []
    return [*found, between.join(begun)] if begun else found


def unquoted(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if cell.startswith('"') and cell.endswith('"') and len(cell) > 1 else cell
