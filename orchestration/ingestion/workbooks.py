"""The first sheet of an .xlsx file as rows of text, read forward and in bounded memory.

A number comes as its cell stores it, a date as YYYY-MM-DD HH:MM:SS: how Excel shows it is not what it is. Formulas
are never computed; their stored value is read.
"""

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from orchestration.ingestion.containers import MAX_UNFOLDING, ContainerError, open_plain

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
MAX_COLUMNS = 16_384
MAX_SHARED_CHARACTERS = 256 * 1024 * 1024
CHUNK_BYTES = 256 * 1024
# Excel's own date formats (ECMA-376, 18.8.30); others are known by the letters of their pattern.
DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
# Excel counts 1900-02-29, a day that never was, so days from March 1900 on are counted from here.
DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet knows no zone


def rows(path: Path) -> Iterator[list[str]]:
    """Every row of the first sheet from its first cell to its last filled one; rows without a filled cell are left out.

    Raises:
        ContainerError: it is no workbook, is damaged, locked, or unfolds without end.
    """
    with _workbook(path) as book:
        shared, dates = _shared_strings(book), _date_styles(book)
        for row in _elements(book, _first_sheet(book), f"{MAIN}row"):
            cells = _cells(row, shared, dates)
            if any(cells):
                yield cells


def first_rows(path: Path, count: int) -> list[list[str]]:
    """The first rows of the first sheet; none when the file is no workbook."""
    found: list[list[str]] = []
    try:
        for row in rows(path):
            found.append(row)
            if len(found) == count:
                break
    except ContainerError:
        return []
    return found


@contextmanager
def _workbook(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with open_plain(path) as file, zipfile.ZipFile(file) as book:
            packed = sum(entry.compress_size for entry in book.infolist())
            if sum(entry.file_size for entry in book.infolist()) > max(CHUNK_BYTES, packed) * MAX_UNFOLDING:
                raise ContainerError(f"It unfolds to more than {MAX_UNFOLDING} times its size; that is no export.")
            yield book
    except (zipfile.BadZipFile, KeyError, ParseError, ValueError, IndexError) as error:
        raise ContainerError(f"It is no workbook that can be read ({type(error).__name__}).") from error


def _first_sheet(book: zipfile.ZipFile) -> str:
    sheets = [name for name in book.namelist() if re.fullmatch(r"xl/worksheets/sheet[0-9]+[.]xml", name)]
    return min(sheets, key=lambda name: int(re.sub(r"\D", "", name)))


def _elements(book: zipfile.ZipFile, part: str, tag: str) -> Iterator[Element]:
    """Every element called `tag`, emptied once it has been looked at."""
    parser = XMLPullParser(["start", "end"])
    root: Element | None = None
    with book.open(part) as file:
        while chunk := file.read(CHUNK_BYTES):
            if b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk:
                raise ContainerError("It declares XML entities; no export does.")
            parser.feed(chunk)
            for event, element in cast(Iterator[tuple[str, Element]], parser.read_events()):
                root = element if root is None else root
                if event == "end" and element.tag == tag:
                    yield element
                    element.clear()
                    _forget_rows(root)
    parser.close()


def _forget_rows(root: Element) -> None:
    data = root.find(f"{MAIN}sheetData")
    if data is not None and len(data) > 1:
        del data[:-1]


def _shared_strings(book: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    if book.getinfo("xl/sharedStrings.xml").file_size > MAX_SHARED_CHARACTERS:
        raise ContainerError("Its texts are too large to be read; export it as CSV.")
    return [_text_of(item) for item in _elements(book, "xl/sharedStrings.xml", f"{MAIN}si")]


def _text_of(item: Element) -> str:
    """The text of a cell, without the readings that phonetic guides add."""
    direct = item.findall(f"{MAIN}t") + item.findall(f"{MAIN}r/{MAIN}t")
    return "".join(part.text or "" for part in direct)


def _date_styles(book: zipfile.ZipFile) -> set[int]:
    """The numbers of the cell styles that show a number as a date."""
    if "xl/styles.xml" not in book.namelist():
        return set()
    own, styles = set(DATE_FORMATS), []
    for sheet in _elements(book, "xl/styles.xml", f"{MAIN}styleSheet"):
        for pattern in sheet.iter(f"{MAIN}numFmt"):
            code = re.sub(r'\[[^\]]*\]|"[^"]*"|\\.', "", pattern.get("formatCode", "")).lower()
            if re.search("[ymdh]", code) and "general" not in code:
                own.add(int(pattern.get("numFmtId", "-1")))
        styles = [int(style.get("numFmtId", "0")) for style in sheet.findall(f"{MAIN}cellXfs/{MAIN}xf")]
    return {number for number, kind in enumerate(styles) if kind in own}


def _cells(row: Element, shared: list[str], dates: set[int]) -> list[str]:
    cells: list[str] = []
    for cell in row.findall(f"{MAIN}c"):
        place = _column(cell.get("r", "")) if cell.get("r") else len(cells)
        if place >= MAX_COLUMNS:
            raise ContainerError("It has more columns than a workbook can have.")
        cells.extend([""] * (place - len(cells)))
        cells.append(_value(cell, shared, dates))
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _column(place: str) -> int:
    """AB12 -> 27."""
    number = 0
    for letter in place.rstrip("0123456789"):
        number = number * 26 + ord(letter.upper()) - ord("A") + 1
    return number - 1


def _value(cell: Element, shared: list[str], dates: set[int]) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        inline = cell.find(f"{MAIN}is")
        return "" if inline is None else _text_of(inline)
    stored = cell.findtext(f"{MAIN}v") or ""
    if kind == "s":
        return shared[int(stored)] if stored else ""
    if kind == "b":
        return "true" if stored == "1" else "false"
    if kind == "n" and stored and int(cell.get("s", "0")) in dates:
        return _moment(float(stored))
    return stored


def _moment(days: float) -> str:
    moment = DAY_ZERO + timedelta(seconds=round(days * 86_400))
    return moment.strftime("%Y-%m-%d %H:%M:%S")
