"""Damages to whole files: saved once more from a spreadsheet, in another encoding, with lines above and below."""

import csv
import io
import re
from dataclasses import replace

from orchestration.world.mess.damage import Damage, Victim
from orchestration.world.mess.sheet import unquoted

LONG_NUMBER = re.compile(r"\+?\d{12,}")
TIMESTAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d) (\d\d:\d\d):\d\d( [+-]\d{4})?")


def excel_copy(victim: Victim) -> list[Damage]:
    """Opened and saved: semicolons, CRLF, a byte order mark, days first, long numbers rounded, apostrophes gone."""
    sheet = victim.sheet
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(sheet.columns)
    altered = 0
    for row in sheet.rows():
        before = [unquoted(cell) for cell in row]
        after = [_as_excel_shows(cell) for cell in before]
        altered += before != after
        writer.writerow(after)
    victim.file.write_bytes(text.getvalue().encode("utf-8-sig"))
    told = "semicolons, CRLF, BOM, dd/mm/yyyy HH:MM, numbers of 12 digits and more in scientific notation"
    return [Damage(str(victim.path), "excel_copy", told, rows_altered=altered)]


def _as_excel_shows(cell: str) -> str:
    cell = cell.removeprefix("'")
    if LONG_NUMBER.fullmatch(cell):
        return f"{float(cell):.5E}"
    return TIMESTAMP.sub(r"\3/\2/\1 \4", cell)


def wrong_encoding(victim: Victim) -> list[Damage]:
    """UTF-8 where GB18030 was agreed, GB18030 where UTF-8 was; every character survives."""
    sheet = victim.sheet
    encoding = "utf-8" if sheet.encoding == "gb18030" else "gb18030"
    replace(sheet, encoding=encoding).write(victim.file)
    return [Damage(str(victim.path), "wrong_encoding", f"{encoding} instead of {sheet.encoding}")]


def preamble_and_total(victim: Victim) -> list[Damage]:
    """Three lines above the header and a total below the rows, none of which is a record."""
    sheet = victim.sheet
    columns = len(sheet.columns)
    above = [f"报表名称：{victim.feed.name}", f"导出日期：{victim.path.parent.name}", ""]
    total = ",".join(["合计", f"共{len(sheet.records)}条", *[""] * (columns - 2)])
    header = "".join(line + sheet.end for line in above) + sheet.header
    replace(sheet, header=header, records=(*sheet.records, total + sheet.end)).write(victim.file)
    return [Damage(str(victim.path), "preamble_and_total", "3 lines above the header, 1 line of totals at the end")]
