"""The website's calls say the same as lines of JSON and as a table; the contract finds its columns in both."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import yaml

from orchestration.settings import CHECKOUT
from tests.world.delivered import delivered, everything


def test_the_table_of_calls_says_what_the_lines_say():
    table = {_key(call): call for call in map(_plain, _parts())}
    lines = {_key(call): call for call in map(_plain, everything("segment/events"))}
    assert table.keys() == lines.keys()
    for key, call in lines.items():
        assert table[key] == call


def test_the_table_has_the_columns_of_the_contract():
    contract = yaml.safe_load((CHECKOUT / "data" / "contracts" / "segment" / "events.yml").read_text(encoding="utf-8"))
    wanted = {column["name"]: column["headers"] for column in contract["columns"]}
    calls = _parts()
    for column in ("message_id", "user_id", "page_path", "utm_name", "device_id", "email", "product_id", "order_id"):
        assert any(_at(call, path) for path in wanted[column] for call in calls), column
    assert any(shape["format"] == "parquet" for shape in contract["files"])


def _parts() -> list[dict[str, Any]]:
    files = sorted((delivered(daily_days=0) / "inbox" / "segment").rglob("*"))
    found = [file for file in files if file.is_file()]
    assert {file.suffix for file in found} == {".parquet"}
    return [call for file in found for call in pq.read_table(file).to_pylist()]


def _plain(told: Any) -> Any:
    """Without empty parts; moments and money as one text each."""
    if isinstance(told, dict):
        parts = {name: _plain(part) for name, part in told.items()}
        return {name: part for name, part in parts.items() if part not in (None, {})}
    if isinstance(told, datetime):
        return f"{told:%Y-%m-%dT%H:%M:%S}.{told.microsecond // 1000:03d}Z"
    return f"{told:.2f}" if isinstance(told, Decimal | float) else told


def _key(call: dict[str, Any]) -> tuple[str, str]:
    return call["messageId"], call["receivedAt"]


def _at(call: dict[str, Any], path: str) -> Any:
    found: Any = call
    for step in path.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found
