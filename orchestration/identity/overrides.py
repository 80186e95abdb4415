"""What a human decided about two records: an append-only file, and what of it is in force.

Later decisions about a pair replace earlier ones; 'undo' takes the last one back. A decision that contradicts those in
force is refused with the chain of decisions it contradicts.
"""

import csv
import os
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

HEADER = ("decided_at", "decided_by", "decision", "record_a", "record_b", "reason")
KINDS = ("together", "apart", "undo")


class ContradictionError(Exception):
    """A decision contradicts those in force; the message names the records between."""


@dataclass(frozen=True)
class Decision:
    """record_a < record_b, keys `system|type|id`."""

    decision: str
    record_a: str
    record_b: str


@dataclass(frozen=True)
class Author:
    """Who decides, when and why."""

    name: str
    moment: datetime
    reason: str


def path_in(data: Path) -> Path:
    return data / "overrides" / "identity.csv"


def in_force(file: Path) -> list[Decision]:
    """The decisions that hold, in the order in which their pairs were first decided.

    Raises:
        ValueError: a row is not a decision; the message gives its line.
    """
    return [Decision(kind, *pair) for pair, kind in _latest(_rows(file)).items() if kind != "undo"]


def append(file: Path, decisions: Iterable[Decision], author: Author) -> None:
    """Write decisions down, all or none.

    Raises:
        ContradictionError: one contradicts what is in force (with the others of this call).
    """
    new = list(decisions)
    latest = _latest(_rows(file)) | {(one.record_a, one.record_b): one.decision for one in new}
    _refuse_contradictions([Decision(kind, *pair) for pair, kind in latest.items() if kind != "undo"])
    file.parent.mkdir(parents=True, exist_ok=True)
    is_new = not file.exists()
    with file.open("a", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        if is_new:
            writer.writerow(HEADER)
        moment = author.moment.isoformat(timespec="seconds")
        writer.writerows((moment, author.name, one.decision, one.record_a, one.record_b, author.reason) for one in new)
        handle.flush()
        os.fsync(handle.fileno())
    file.chmod(0o600)


def between(decision: str, a: str, b: str) -> Decision:
    return Decision(decision, *sorted((a, b)))


def _rows(file: Path) -> list[dict[str, str]]:
    if not file.exists():
        return []
    with file.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    for line, row in enumerate(rows, start=2):
        if row.get("decision") not in KINDS or not row.get("record_a") or not row.get("record_b"):
            raise ValueError(
                f"Line {line} of {file.name} is no decision: it needs {', '.join(HEADER)}, and decision is one of "
                f"{', '.join(KINDS)}. Correct the line, or take it out."
            )
    return rows


def _latest(rows: list[dict[str, str]]) -> dict[tuple[str, str], str]:
    latest: dict[tuple[str, str], str] = {}
    for row in rows:
        one, other = sorted((row["record_a"], row["record_b"]))
        latest[(one, other)] = row["decision"]
    return latest


def _refuse_contradictions(decisions: list[Decision]) -> None:
    neighbours: dict[str, set[str]] = {}
    for one in decisions:
        if one.decision == "together":
            neighbours.setdefault(one.record_a, set()).add(one.record_b)
            neighbours.setdefault(one.record_b, set()).add(one.record_a)
    for one in decisions:
        if one.decision == "apart":
            path = _path(neighbours, one.record_a, one.record_b)
            if path:
                raise ContradictionError(
                    f"{one.record_a} and {one.record_b} cannot be apart and together: decisions in force join them by "
                    f"{' = '.join(path)}. Take one of these back first (--undo)."
                )


def _path(neighbours: dict[str, set[str]], start: str, end: str) -> list[str]:
    """The shortest chain of together-decisions from start to end; empty when there is none."""
    came_from = {start: ""}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        if here == end:
            path = [here]
            while came_from[path[-1]]:
                path.append(came_from[path[-1]])
            return path[::-1]
        for there in sorted(neighbours.get(here, ())):
            if there not in came_from:
                came_from[there] = here
                queue.append(there)
    return []
