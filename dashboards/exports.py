"""Rows -> a file: CSV and XLSX for spreadsheets, Parquet for programs, written batch by batch.

Belongs here: the file formats and what keeps a spreadsheet from running a cell. Does not belong here: which rows.

A spreadsheet takes a CSV cell that begins with = + - or @ for a formula (CWE-1236; OWASP ASVS 1.2.10), also behind a
tab, a line break or a space, and some take the full-width forms. Such a text gets an apostrophe in front. In XLSX a
cell carries its type, so text stays exactly as it is, and so it does in Parquet. Numbers stay numbers in all three.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

XLSX_MAX_ROWS = 1_048_575  # of a sheet, besides its header

Batches = Iterable[Sequence[tuple[Any, ...]]]

_RISKY = re.compile(r"^(?:[\t\r\n\x00]|[\s\u200b\u200c\u200d\u2060\ufeff]*[=+\-@＝＋－＠])")


# A telephone number in its international form: digits in groups are no formula, and whoever sends messages needs them.
_TELEPHONE = re.compile(r"^\+\d{1,3} \d[\d -]{5,20}$")


def inert(cell: Any) -> Any:
    """The cell itself, but a text that a spreadsheet might run begins with an apostrophe."""
    is_risky = isinstance(cell, str) and _RISKY.match(cell) and not _TELEPHONE.fullmatch(cell)
    return f"'{cell}" if is_risky else cell


def csv_bytes(header: Sequence[str], batches: Batches) -> bytes:
    """UTF-8 with a byte-order mark, so that Excel shows Chinese; every cell quoted; nothing is an empty cell."""
    buffer = io.BytesIO()
    with io.TextIOWrapper(buffer, encoding="utf-8-sig", newline="", write_through=True) as text:
        writer = csv.writer(text, quoting=csv.QUOTE_ALL)
        writer.writerow([inert(name) for name in header])
        for batch in batches:
            writer.writerows([inert(cell) for cell in row] for row in batch)
        return buffer.getvalue()


def xlsx_bytes(header: Sequence[str], batches: Batches) -> bytes:
    """One sheet with a frozen header. Raises ValueError past XLSX_MAX_ROWS, which no sheet can hold."""
    buffer = io.BytesIO()
    # constant_memory writes each row out before the next, so the rows never stand in memory together
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 0, 38)  # a customer id
        sheet.set_column(1, len(header), 16)
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        for column, name in enumerate(header):
            sheet.write_string(0, column, name, bold)
        for number, row in enumerate((row for batch in batches for row in batch), start=1):
            if number > XLSX_MAX_ROWS:
                raise ValueError(f"a sheet holds {XLSX_MAX_ROWS:,} rows: download the CSV instead")
            for column, cell in enumerate(row):
                _write(sheet, number, column, cell, day)
    return buffer.getvalue()


def parquet_bytes(header: Sequence[str], batches: Batches) -> bytes:
    """One table. A column's type is that of its first batch; an empty list has columns of text."""
    buffer, writer = io.BytesIO(), None
    for batch in batches:
        table = pa.table({name: list(cells) for name, cells in zip(header, zip(*batch, strict=True), strict=True)})
        if writer is None:
            schema = pa.schema([_parquet_field(field) for field in table.schema])
            writer = pq.ParquetWriter(buffer, schema)
        writer.write_table(table.cast(writer.schema))
    if writer is None:
        pq.write_table(pa.table({name: pa.array([], pa.string()) for name in header}), buffer)
    else:
        writer.close()
    return buffer.getvalue()


def _parquet_field(field: pa.Field) -> pa.Field:
    """Room for what a later batch may bring: a column without a value is text, money as wide as in the tables."""
    if pa.types.is_null(field.type):
        return field.with_type(pa.string())
    return field.with_type(pa.decimal128(18, field.type.scale)) if pa.types.is_decimal(field.type) else field


def _write(sheet: Any, row: int, column: int, cell: Any, day: Any) -> None:
    match cell:
        case None:
            return
        case bool():
            sheet.write_boolean(row, column, cell)
        case int() | float() | Decimal():
            sheet.write_number(row, column, cell)
        case datetime() | date():
            sheet.write_datetime(row, column, cell, day)
        case _:
            sheet.write_string(row, column, str(cell))
