"""Files that leave the house: what is in them, byte for byte, and what a spreadsheet must never run."""

import csv
import io
import re
import zipfile
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards import exports

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
DANGEROUS = [
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    " =1",
    "\u200b=1",
    "\x00=1",
]
ROWS = [
    ("a", Decimal("-12.50"), 3, date(2011, 12, 10), None, True),
    ('冠军,"客户"\n', Decimal("0.00"), -1, None, "=1", False),
]


def read_csv(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def read_xlsx(raw: bytes) -> list[list[tuple[str, str | None]]]:
    """Each cell as (its type in the file, its text), straight from the XML: no spreadsheet in between."""
    sheet = ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(raw)).read("xl/worksheets/sheet1.xml"))  # noqa: S314
    assert not list(sheet.iter(f"{SHEET}f")), "a formula in an export"
    rows = []
    for row in sheet.iter(f"{SHEET}row"):
        cells = {}
        for cell in row:
            text = "".join(part.text or "" for part in cell.iter(f"{SHEET}t")) or cell.findtext(f"{SHEET}v")
            cells[re.match("[A-Z]+", cell.get("r")).group()] = (cell.get("t", "n"), text)
        rows.append(cells)
    return rows


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_text_that_a_spreadsheet_might_run_is_made_inert(text):
    assert exports.inert(text) == f"'{text}"


@pytest.mark.parametrize("cell", ["United Kingdom", "中国", "a=b", "3-1", "'=1", "", None, -5, Decimal("-5.00"), -0.5])
def test_an_honest_cell_stays_as_it_is(cell):
    assert exports.inert(cell) == cell


@given(st.text())
def test_no_text_in_a_csv_begins_like_a_formula(text):
    ((shown,),) = read_csv(exports.csv_bytes(["x"], [[(text,)]]))[1:]
    assert not shown.lstrip(" \u00a0\u3000\u200b\ufeff").startswith(tuple("=+-@＝＋－＠\t\r\n\x00"))
    assert shown.removeprefix("'") == text.removeprefix("'") or shown == text


def test_a_csv_holds_every_cell_and_opens_in_excel_as_utf_8():
    raw = exports.csv_bytes(["客户", "净收入", "订单数", "日期", "无", "是"], [ROWS[:1], ROWS[1:]])
    assert raw.startswith(b"\xef\xbb\xbf")
    assert read_csv(raw) == [
        ["客户", "净收入", "订单数", "日期", "无", "是"],
        ["a", "-12.50", "3", "2011-12-10", "", "True"],
        ['冠军,"客户"\n', "0.00", "-1", "", "'=1", "False"],
    ]


def test_an_xlsx_keeps_text_as_text_and_numbers_as_numbers():
    header, first, second = read_xlsx(exports.xlsx_bytes(["客户", "a", "b", "c", "=d", "e"], [ROWS[:1], ROWS[1:]]))
    assert [text for _, text in header.values()] == ["客户", "a", "b", "c", "=d", "e"]
    assert {kind for kind, _ in header.values()} == {"inlineStr"}
    assert first["A"] == ("inlineStr", "a")
    assert (first["B"][0], Decimal(first["B"][1])) == ("n", Decimal("-12.5"))
    assert first["C"] == ("n", "3")
    assert first["D"] == ("n", str((date(2011, 12, 10) - date(1899, 12, 30)).days))
    assert "E" not in first
    assert first["F"] == ("b", "1")
    assert second["A"] == ("inlineStr", '冠军,"客户"\n')
    assert second["E"] == ("inlineStr", "=1")


def test_a_link_in_an_xlsx_is_only_text():
    ((kind, text),) = read_xlsx(exports.xlsx_bytes(["x"], [[("http://example.com",)]]))[1].values()
    assert (kind, text) == ("inlineStr", "http://example.com")


def test_a_sheet_that_would_not_fit_is_refused(monkeypatch):
    monkeypatch.setattr(exports, "XLSX_MAX_ROWS", 2)
    with pytest.raises(ValueError, match="CSV"):
        exports.xlsx_bytes(["x"], [[(1,), (2,)], [(3,)]])
