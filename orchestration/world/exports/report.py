"""What a finished world says about itself when asked at the terminal: counts only, never a value."""

import json
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq

from orchestration.world.exports.inbox import LEDGER


def summary_of(truth: Path, rows: dict[str, int]) -> list[str]:
    """Lines on files and rows by system, traps and damages. `rows`: by feed, 'shopify/orders'."""
    files = json.loads((truth / LEDGER).read_text(encoding="utf-8"))["files"]
    delivered = Counter(path.split("/")[0] for path in files)
    written: Counter[str] = Counter()
    for feed, count in rows.items():
        written[feed.split("/")[0]] += count
    systems = [f"  {name:<11}{delivered[name]:>6,} files {written[name]:>12,} rows" for name in sorted(written)]
    return [
        *systems,
        _counted(truth, "traps", "trap", "Traps, by people"),
        _counted(truth, "damages", "kind", "Damages"),
    ]


def _counted(truth: Path, table: str, column: str, what: str) -> str:
    found = Counter(pq.read_table(truth / f"{table}.parquet", columns=[column])[column].to_pylist())
    told = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in sorted(found.items()))
    return f"{what}: {told or 'none'}."
