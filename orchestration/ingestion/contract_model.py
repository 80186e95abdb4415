"""What an export must look like: the shape of the YAML files under data/contracts.

Here stand the words of a contract and what they promise each other. Reading the files is `contracts.py`;
which contract a file fits is `recognition.py`. Nothing here opens a file or a database.
"""

import codecs
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

NAME = r"^[a-z][a-z0-9_]*$"
# How DuckDB is to store text that hardly ever repeats.
VARIED = " using compression fsst"
ColumnType = Literal["text", "integer", "decimal", "date", "timestamp", "boolean"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Strict):
    """One column of a raw table and the headers (or dotted JSON paths) under which exports carry it.

    Of several headers in one file the one that stands first here counts. `occurrence` says which counts where a
    vendor writes one header twice. `level: order` marks what belongs to the order in a feed whose rows are lines.
    `identifier` refuses what Excel has turned into 1.23E+17; `masked` takes 138****1234 for no value;
    `values` maps each allowed value to its synonyms.
    """

    name: str = Field(pattern=NAME)
    headers: tuple[str, ...] = Field(min_length=1)
    type: ColumnType
    required: bool = False
    pii: Literal["none", "indirect", "direct", "free_text"] = "none"
    pattern: str | None = None
    occurrence: int | None = Field(default=None, ge=1)
    level: Literal["row", "order"] = "row"
    identifier: bool = False
    masked: bool = False
    values: dict[str, tuple[str, ...]] = {}

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        return _as_regex(pattern)


class FileShape(_Strict):
    """One dialect of a feed: how its files are named and written.

    `pattern` is for the name of the plain file: `.gz` is left off, and a zip is a folder of its members. The header
    stands within the first `header_within` records; what is above it is preamble. A record whose first filled cell
    matches `footer` is no row of data but a total or a notice. `records` names the list inside a JSON envelope.
    Where the name tells little, `distinctive` names headers that only this feed has: without them it is another one.
    """

    pattern: str
    format: Literal["csv", "ndjson", "json", "parquet", "xlsx"]
    encodings: tuple[str, ...] = ("utf-8",)
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    header_within: int = Field(default=1, ge=1, le=50)
    footer: str | None = None
    records: str | None = None
    distinctive: tuple[str, ...] = ()

    @field_validator("encodings")
    @classmethod
    def _are_known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            try:
                codecs.lookup(name)
            except LookupError:
                raise ValueError(f"nobody knows an encoding called {name}") from None
        return names

    @field_validator("footer")
    @classmethod
    def _compiles(cls, footer: str | None) -> str | None:
        return _as_regex(footer)


class Delivery(_Strict):
    """`full`: every delivery holds everything. `delta`: only what is new, overlaps allowed.

    A full delivery with fewer than `minimum_share` of its usual rows is held back until a human accepts it. A file
    that comes again on its day with other content corrects row by row, or replaces the delivery it corrects.
    """

    kind: Literal["full", "delta"]
    cadence_days: int = Field(ge=1)
    stale_after_days: int = Field(ge=1)
    minimum_share: float = Field(default=0.5, ge=0, le=1)
    correction: Literal["row", "delivery"] = "row"


class Grain(_Strict):
    """What one row of a file is: a thing of its own, or one line of an order.

    `continuation`: cells of the order stand on its first row only and are blank on the following ones; those named
    in `fill` are carried down, because they say which order it is. `repeated`: they stand on every row, equal.
    """

    kind: Literal["row", "continuation", "repeated"] = "row"
    fill: tuple[str, ...] = ()


class Cells(_Strict):
    """How cells are written. By default exactly as their types want them; `clean` allows what spreadsheets and
    marketplaces do to them (guards, tabs, full-width digits, currency words, blanks for null).

    `day_first` settles 3/4/2026 for every file; null leaves it to what each file as a whole shows. `decimal_mark` says
    which sign stands before the cents; a comma makes 1.234 a thousand.
    """

    clean: bool = False
    decimal_mark: Literal[".", ","] = "."
    null_words: tuple[str, ...] = ("-", "--", "——", "N/A", "#N/A", "NULL", "null")
    day_first: bool | None = None

    @model_validator(mode="after")
    def _are_cleaned_where_marks_differ(self) -> "Cells":
        if self.decimal_mark == "," and not self.clean:
            raise ValueError("a decimal_mark other than the point needs clean: true")
        return self


class Contract(_Strict):
    """One export feed of one source system."""

    system: str = Field(pattern=NAME)
    feed: str = Field(pattern=NAME)
    domain: Literal["orders", "crm", "tickets", "behaviour", "membership", "marketing", "planning"]
    description: str
    owner: str
    files: tuple[FileShape, ...] = Field(min_length=1)
    delivery: Delivery
    key: tuple[str, ...]
    grain: Grain = Grain()
    cells: Cells = Cells()
    time_zone: str = "UTC"
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    columns: tuple[Column, ...] = Field(min_length=1)

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"nobody knows a time zone called {name}") from None
        return name

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "Contract":
        faults = list(self._contradictions())
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _contradictions(self) -> Iterator[str]:
        names = [column.name for column in self.columns]
        headers = [fold(header) for column in self.columns for header in column.headers if column.occurrence is None]
        for what, values in (("column name", names), ("header", headers)):
            repeated = sorted({value for value in values if values.count(value) > 1})
            if repeated:
                yield f"{what} given twice: {', '.join(repeated)}"
        for what, named in (("key", self.key), ("fill", self.grain.fill)):
            unknown = [name for name in named if name not in names]
            if unknown:
                yield f"the {what} names columns that do not exist: {', '.join(unknown)}"
        amounts = [column.name for column in self.columns if column.name in self.grain.fill and column.type != "text"]
        if amounts:
            yield f"only what says which order it is may be filled down, never an amount: {', '.join(amounts)}"
        if self.is_grouped and not self.key:
            yield "a feed whose rows are lines of an order needs the key of the order"
        if not self.is_grouped and (self.grain.fill or any(column.level == "order" for column in self.columns)):
            yield "only a feed of lines (grain continuation or repeated) has columns of the order"

    @property
    def name(self) -> str:
        return f"{self.system}/{self.feed}"

    @property
    def relation(self) -> str:
        return f"raw_{self.system}.{self.feed}"

    @property
    def is_grouped(self) -> bool:
        """Whether a row is one line of an order, which `key` names."""
        return self.grain.kind != "row"

    @property
    def own_columns(self) -> tuple[str, ...]:
        """The columns that stand beside the cells.

        In a feed of lines also the line's number and its order's hash, and where whole deliveries are corrected also
        the file that took the row's place.
        """
        lines = ("_line_number bigint", "_order_hash varchar") if self.is_grouped else ()
        corrected = ("_superseded_by varchar",) if self.delivery.correction == "delivery" else ()
        place = ("_delivery_date date", "_file_id varchar", "_row_number bigint")
        return (*lines, *corrected, "_as_arrived varchar", f"_row_hash varchar{VARIED}", *place)

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever the contract does, so that what was set aside under an older one is looked at again."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    @property
    def standing(self) -> str:
        """SQL for the rows of the raw table that no later delivery has taken the place of."""
        corrected = " where _superseded_by is null" if self.delivery.correction == "delivery" else ""
        return f"(select * from {self.relation}{corrected})"

    @cached_property
    def _titles(self) -> frozenset[str]:
        return frozenset(fold(header) for column in self.columns for header in column.headers)

    def mapping(self, header: Sequence[str]) -> dict[str, int]:
        """Column name -> position in this file's header. Position never means anything by itself."""
        places: dict[str, list[int]] = {}
        for position, title in enumerate(header):
            places.setdefault(fold(title), []).append(position)
        found: dict[str, int] = {}
        for column in self.columns:
            known = next((places[fold(title)] for title in column.headers if fold(title) in places), [])
            nth = (column.occurrence or 1) - 1
            if nth < len(known):
                found[column.name] = known[nth]
        return found

    def missing(self, header: Sequence[str]) -> list[str]:
        """Required columns that this header does not carry."""
        found = self.mapping(header)
        return [column.name for column in self.columns if column.required and column.name not in found]

    def doubtful(self, header: Sequence[str]) -> list[str]:
        """Headers that stand twice in this file although a column is read from them and nothing says which counts."""
        folded = [fold(title) for title in header]
        settled = {fold(title) for column in self.columns if column.occurrence for title in column.headers}
        return sorted({title for title in folded if folded.count(title) > 1 and title in self._titles - settled})


def fold(header: str) -> str:
    """A header as it is compared: case, width, runs of blanks and a byte-order mark do not matter."""
    return " ".join(unicodedata.normalize("NFKC", header).replace("\ufeff", "").split()).casefold()


def _as_regex(pattern: str | None) -> str | None:
    if pattern is not None:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"{pattern} is not a regular expression: {error}") from None
    return pattern
