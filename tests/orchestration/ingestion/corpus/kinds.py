"""What a damage is, and the one feed that all of them are done to. The damages stand in their own modules."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from orchestration.ingestion.contracts import Contract

HEADER = "order_id,customer,amount,ordered_at,note"
ONE = ("A-1", "Ada", "10.00", "2026-01-02 03:04:05", "first")
TWO = ("A-2", "李雷", "1234.50", "2026-01-03 00:00:00", None)
THREE = ("A-3", "Zoë", "-5.00", "2026-01-04 00:00:00", "last, with comma")
LINES = (
    "A-1,Ada,10.00,2026-01-02 03:04:05,first",
    "A-2,李雷,1234.50,2026-01-03 00:00:00,",
    'A-3,Zoë,-5.00,2026-01-04 00:00:00,"last, with comma"',
)
ROWS = [ONE, TWO, THREE]
Row = tuple[str | None, ...]

FEED = Contract.model_validate(
    {
        "system": "shop",
        "feed": "things",
        "domain": "orders",
        "description": "Orders.",
        "owner": "shop",
        "files": [
            {
                "pattern": "*.csv",
                "format": "csv",
                "encodings": ["gb18030"],
                "header_within": 4,
                "footer": "^(Total|Grand total|合计|Confidential)",
            },
            {"pattern": "*.txt", "format": "csv", "delimiter": "\t"},
            {"pattern": "*.ndjson", "format": "ndjson"},
            {"pattern": "*.json", "format": "json", "records": "orders"},
            {"pattern": "*.parquet", "format": "parquet"},
            {"pattern": "*.xlsx", "format": "xlsx"},
        ],
        "delivery": {"kind": "delta", "cadence_days": 1, "stale_after_days": 3},
        "key": [],
        "cells": {"clean": True},
        "columns": [
            {
                "name": "order_id",
                "headers": ["order_id", "Order ID", "订单编号"],
                "type": "text",
                "required": True,
                "identifier": True,
            },
            {"name": "customer", "headers": ["customer"], "type": "text", "masked": True},
            {"name": "amount", "headers": ["amount"], "type": "decimal", "required": True},
            {"name": "ordered_at", "headers": ["ordered_at"], "type": "timestamp", "required": True},
            {"name": "note", "headers": ["note"], "type": "text"},
        ],
    }
)


@dataclass(frozen=True)
class Damage:
    """A damaged file and what must become of it: rows loaded right, rows set aside for a rule, or a refusal.

    `set_aside` holds (row number, rule); `refused` is how the sentence begins, None when the file is loaded.
    `unknown` is how the inbox's reason begins when the file does not even get to be read.
    """

    kind: str
    content: bytes
    rows: Sequence[Row] = ()
    set_aside: Sequence[tuple[int, str]] = ()
    duplicates: int = 0
    refused: str | None = None
    unknown: str | None = None
    name: str = "things.csv"
    labels: Sequence[str] = field(default=())


def csv_file(*lines: str, header: str = HEADER, end: str = "\n", encoding: str = "utf-8") -> bytes:
    """A file of these lines under the header."""
    return "".join(line + end for line in (header, *lines)).encode(encoding)


def cell(column: str, written: str) -> bytes:
    """A file of three orders, the second of which holds `written` in a column."""
    second = ["A-2", "Bob", "2.00", "2026-01-03 00:00:00", "note"]
    second[HEADER.split(",").index(column)] = written
    return csv_file(LINES[0], ",".join(second), LINES[2])


def row(column: str, meant: str | None) -> Row:
    """The second order of `cell`, as it must be loaded."""
    second: list[str | None] = ["A-2", "Bob", "2.00", "2026-01-03 00:00:00", "note"]
    second[HEADER.split(",").index(column)] = meant
    return tuple(second)
