"""Who looked at whom: one JSON line for every search, view of a person, export, saved segment and decision.

Belongs here: the format and the append. Lines hold counts and random customer keys, never a name, a contact detail or
what was typed into the search, so the log itself can be read by whoever checks it. What cannot be written down does not
happen: an error here stops the page before it shows anything.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from dashboards import access, clock, shop_window

FOLDER = "audit"

Details = Mapping[str, str | int | list[str]]


def record(action: str, details: Details) -> None:
    """Write down what the visitor of this rerun does."""
    write(access.visitor(), action, details)


def write(visitor: access.Visitor, action: str, details: Details) -> None:
    """Append one line to $CRM_DATA/audit/<year>-<month>.jsonl, and have it on the disk before going on.

    Raises OSError when the line cannot be written.
    """
    moment = clock.now()
    line = {"at": moment.isoformat(timespec="seconds"), "who": visitor.name, "role": visitor.role, "action": action}
    append(
        shop_window.data_folder() / FOLDER / f"{moment:%Y-%m}.jsonl",
        json.dumps({**line, **details}, ensure_ascii=False) + "\n",
    )


def append(path: Path, text: str) -> None:
    """Add text to the end of a file in one write, which no other writer's text can get into, and sync it."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, text.encode())
        os.fsync(handle)
    finally:
        os.close(handle)
