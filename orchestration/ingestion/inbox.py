"""What lies in the inbox: every file, the contract it fits, or why none does.

The inbox is `<system>/<YYYY-MM-DD>/<export>`, one folder a delivery. Files are only looked at here;
`arrival.py` takes them in.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.ingestion.contracts import Contract, find_contract
from orchestration.ingestion.encoding import decode_head

HEAD_BYTES = 256 * 1024


@dataclass(frozen=True)
class InboxFile:
    """One file of the inbox. `contract` is None when nobody understands it; `reason` then says why.

    `original_name` is for a file that is read again from the archive, where files are called by their hash.
    """

    path: Path
    system: str
    delivery_date: date | None
    size: int
    contract: Contract | None
    reason: str
    original_name: str = ""

    @property
    def name(self) -> str:
        """The file's name as it can be written down."""
        return _printable(self.original_name or self.path.name)


def scan(inbox: Path, contracts: Sequence[Contract], until: date) -> list[InboxFile]:
    """Every file delivered on or before `until`, in the order in which it counts: by day, system and name.

    Nothing is passed over: what no contract fits comes back with a reason. Only hidden files, which
    desktops and copying programs leave behind, are not exports.
    """
    files = [_look_at(path, inbox, contracts) for path in _walk(inbox)]
    due = [file for file in files if file.delivery_date is None or file.delivery_date <= until]
    return sorted(due, key=lambda file: (file.delivery_date or date.min, file.system, file.name))


def _walk(inbox: Path) -> Iterator[Path]:
    for path in inbox.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(inbox).parts)
        if not hidden and (path.is_symlink() or path.is_file()):
            yield path


def _look_at(path: Path, inbox: Path, contracts: Sequence[Contract]) -> InboxFile:
    parts = path.relative_to(inbox).parts
    system = _printable(parts[0]) if len(parts) > 1 else ""
    delivered = _as_date(parts[1]) if len(parts) > 2 else None
    contract, reason = None, ""
    if path.is_symlink():
        reason = "It is a link; the inbox takes only files."
    elif str(path) != _printable(str(path)):
        reason = "Its name is not written in UTF-8; rename it."
    elif len(parts) != 3 or delivered is None:
        reason = "It does not lie in <system>/<YYYY-MM-DD>/."
    elif system not in {known.system for known in contracts}:
        reason = f"No contract is known for a system called {system}."
    else:
        contract, reason = _match(path, system, contracts)
    size = path.lstat().st_size
    return InboxFile(path, system, delivered, size, contract, reason)


def _match(path: Path, system: str, contracts: Sequence[Contract]) -> tuple[Contract | None, str]:
    own = [contract for contract in contracts if contract.system == system]
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head.strip():
        return None, "It is empty."
    text = decode_head(head, [name for contract in own for name in contract.files.encodings])
    if text is None:
        return None, "It is not text in any encoding that the system's contracts name."
    found = find_contract(own, path.name, lambda contract: read_header(text, contract.files.delimiter))
    return (found, "") if found is not None else (None, _why_none(text, own))


def _why_none(text: str, own: Sequence[Contract]) -> str:
    """Name the contract that comes nearest and what the file lacks for it."""
    nearest = max(own, key=lambda contract: len(contract.mapping(read_header(text, contract.files.delimiter))))
    header = read_header(text, nearest.files.delimiter)
    if not nearest.mapping(header):
        return "Its first line is not the header of any known feed."
    missing = nearest.missing(header)
    if missing:
        return f"It looks like {nearest.name}, but lacks the column {', '.join(missing)}."
    return f"Its header fits {nearest.name}, but its name does not fit {nearest.files.pattern}."


def read_header(text: str, delimiter: str) -> list[str]:
    """The cells of the first record of a text; empty when there is none or its quoting is broken."""
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


def _as_date(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def _printable(name: str) -> str:
    """A name from the file system, with what is not UTF-8 in it escaped; old zip files carry such names."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
