"""A first draft of a contract for a file that none fits: from its header and its first rows, for a person to finish.

A draft guesses, and says so; nothing is ever loaded by it until it has been read and put into data/contracts.
"""

import codecs
import csv
import io
import json
import re
import unicodedata
from dataclasses import dataclass

import yaml

from orchestration.ingestion.recognition import Head

ENCODINGS = ("utf-8", "gb18030", "cp1252")
DELIMITERS = (",", ";", "\t", "|")
SAMPLE_ROWS = 200
TYPES = {
    "boolean": r"(?i:true|false)",
    "integer": r"[+-]?[0-9]{1,18}",
    "decimal": r"[+-]?[0-9]{1,13}[.][0-9]{1,9}",
    "date": r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}",
    "timestamp": r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}[ T][0-9]{1,2}:[0-9]{2}.*",
}
PERSONAL = {
    "direct": "name|mail|phone|mobile|address|street|birth|姓名|手机|电话|地址|邮箱|生日|身份证|收货人|昵称",
    "indirect": "city|country|zip|postcode|gender|customer|user|城市|省|性别|客户|会员",
    "free_text": "note|comment|message|description|subject|备注|留言|内容",
}
COMMENT = """# A draft from the header and the first rows of one file. Before it is used: give the columns their
# names in the field's standard English, check every type and every pii class, say what identifies a row
# (key), whether a delivery holds everything (full) or news (delta), and which time zone the times speak.
# Then move it to data/contracts/<system>/<feed>.yml.
"""


@dataclass(frozen=True)
class Sample:
    """The header of a file and its first rows, cell by cell, and how they were read."""

    header: list[str]
    rows: list[list[str]]
    encoding: str
    delimiter: str


def propose(head: Head) -> str | None:
    """The draft as YAML; None when the file is no text with a header of at least two columns."""
    sample = _sample(head)
    if sample is None:
        return None
    names: list[str] = []
    for position, title in enumerate(sample.header):
        name = _name_of(title) or f"column_{position + 1}"
        names.append(name if name not in names else f"{name}_{position + 1}")
    columns = [
        _column(name, title, [row[position] for row in sample.rows if position < len(row)])
        for position, (name, title) in enumerate(zip(names, sample.header, strict=True))
        if title.strip()
    ]
    shape = {"pattern": re.sub(r"[0-9]{2,}", "*", head.name), "format": "csv", "encodings": [sample.encoding]}
    if sample.delimiter != ",":
        shape["delimiter"] = sample.delimiter
    facts = {
        "system": "my_system",
        "feed": _name_of(head.name.partition(".")[0]) or "my_feed",
        "domain": "orders",
        "description": "What one row is.",
        "owner": "whose it is",
    }
    lines = yaml.safe_dump(facts, sort_keys=False, allow_unicode=True)
    rest = {
        "files": [shape],
        "delivery": {"kind": "delta", "cadence_days": 1, "stale_after_days": 3},
        "key": _key(columns, sample),
        "cells": {"clean": True},
    }
    written = "".join(f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in rest.items())
    drawn = "".join(f"  - {json.dumps(column, ensure_ascii=False)}\n" for column in columns)
    return f"{COMMENT}{lines}{written}columns:\n{drawn}"


def _sample(head: Head) -> Sample | None:
    for encoding in ENCODINGS:
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(head.content, final=False)
        except UnicodeDecodeError:
            continue
        read = [(delimiter, _records(text, delimiter)) for delimiter in DELIMITERS]
        delimiter, records = max(read, key=lambda pair: len(pair[1][0]) if pair[1] else 0)
        is_table = bool(records) and len(records[0]) > 1 and "\x00" not in text
        return Sample(records[0], records[1:], encoding, delimiter) if is_table else None
    return None


def _records(text: str, delimiter: str) -> list[list[str]]:
    found: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter):
            found.append(record)
            if len(found) > SAMPLE_ROWS:
                break
    except csv.Error:
        return found
    # The last record may be cut by the end of the head.
    return found[:-1] if 2 < len(found) <= SAMPLE_ROWS else found


def _column(name: str, title: str, cells: list[str]) -> dict[str, object]:
    filled = [cell.strip() for cell in cells if cell.strip()]
    fitting = (kind for kind, shape in TYPES.items() if filled and all(re.fullmatch(shape, cell) for cell in filled))
    kind = next(fitting, "text")
    if kind == "text" and filled and all(re.fullmatch(f"{TYPES['integer']}|{TYPES['decimal']}", c) for c in filled):
        kind = "decimal"
    is_id = bool(re.search("(^|_)(id|no|number)$", _name_of(title)) or re.search("编号|单号", title))
    column: dict[str, object] = {"name": name, "headers": [title.strip()], "type": "text" if is_id else kind}
    if is_id:
        column["identifier"] = True
    pii = next((level for level, words in PERSONAL.items() if re.search(words, title.casefold())), None)
    return column if pii is None else {**column, "pii": pii}


def _key(columns: list[dict[str, object]], sample: Sample) -> list[object]:
    """The first column that reads like an identifier and is another in every row looked at."""
    places = {title.strip(): place for place, title in enumerate(sample.header)}
    for column in columns:
        place = places[str(column["headers"][0])]  # type: ignore[index]
        cells = [row[place].strip() for row in sample.rows if place < len(row)]
        if column.get("identifier") and len(cells) > 1 and all(cells) and len(set(cells)) == len(cells):
            return [column["name"]]
    return []


def _name_of(title: str) -> str:
    """A title in snake case, without what is not ASCII; '' when nothing is left."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", plain)
    name = re.sub(r"[^a-z0-9]+", "_", words.casefold()).strip("_")
    return re.sub(r"^[0-9]+_?", "", name)
