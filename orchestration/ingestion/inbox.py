"""What lies in the inbox: every file, the contract it fits, or why none does.

The inbox is `<system>/<YYYY-MM-DD>/<export>`, one folder a delivery; a zip there is a folder of its members. Files
are only looked at here; `arrival.py` takes them in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatch
from pathlib import Path

from orchestration.ingestion.containers import ContainerError, archive_of, is_zip, members, open_plain, plain_name
from orchestration.ingestion.contract_model import Contract
from orchestration.ingestion.encoding import decode_head
from orchestration.ingestion.recognition import HEAD_BYTES, Head, find, why_none


@dataclass(frozen=True)
class InboxFile:
    """One file of the inbox. `contract` is None when nobody understands it; `reason` then says why.

    `original_name` is for a file that is read again from the archive, where files are called by their hash;
    `known_since` is then the day for which it was loaded first.
    """

    path: Path
    system: str
    delivery_date: date | None
    size: int
    contract: Contract | None
    reason: str
    original_name: str = ""
    known_since: date | None = None

    @property
    def name(self) -> str:
        """The file's name as it can be written down; of a member of a zip, with the zip's."""
        archive = None if self.original_name else archive_of(self.path)
        own = self.path.relative_to(archive.parent).as_posix() if archive else self.path.name
        return _printable(self.original_name or own)


def scan(inbox: Path, contracts: Sequence[Contract], until: date) -> list[InboxFile]:
    """Every file delivered on or before `until`, in the order in which it counts: by day, system and name.

    Nothing is passed over: what no contract fits comes back with a reason. Only hidden files, which
    desktops and copying programs leave behind, are not exports.
    """
    files = [file for path in exports_in(inbox) for file in _look_at(path, inbox, contracts)]
    due = [file for file in files if file.delivery_date is None or file.delivery_date <= until]
    return sorted(due, key=lambda file: (file.delivery_date or date.min, file.system, file.name))


def exports_in(inbox: Path) -> Iterator[Path]:
    """Every file below the inbox, links included, hidden ones left out; in no order."""
    for path in inbox.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(inbox).parts)
        if not hidden and (path.is_symlink() or path.is_file()):
            yield path


def _look_at(path: Path, inbox: Path, contracts: Sequence[Contract]) -> Iterator[InboxFile]:
    parts = path.relative_to(inbox).parts
    system = _printable(parts[0]) if len(parts) > 1 else ""
    delivered = _as_date(parts[1]) if len(parts) > 2 else None
    size = path.lstat().st_size
    reason = _misplaced(path, parts, system, contracts)
    if reason:
        yield InboxFile(path, system, delivered, size, None, reason)
    elif is_zip(path):
        yield from _look_into(path, InboxFile(path, system, delivered, size, None, ""), contracts)
    else:
        contract, reason = _match(path, system, contracts)
        yield InboxFile(path, system, delivered, size, contract, reason)


def _misplaced(path: Path, parts: Sequence[str], system: str, contracts: Sequence[Contract]) -> str:
    if path.is_symlink():
        return "It is a link; the inbox takes only files."
    if str(path) != _printable(str(path)):
        return "Its name is not written in UTF-8; rename it."
    if len(parts) != 3 or _as_date(parts[1]) is None:
        return "It does not lie in <system>/<YYYY-MM-DD>/."
    if system not in {known.system for known in contracts}:
        return f"No contract is known for a system called {system}."
    return ""


def _look_into(path: Path, archive: InboxFile, contracts: Sequence[Contract]) -> Iterator[InboxFile]:
    try:
        inside = members(path)
    except ContainerError as error:
        yield InboxFile(path, archive.system, archive.delivery_date, archive.size, None, str(error))
        return
    if not inside:
        yield InboxFile(path, archive.system, archive.delivery_date, archive.size, None, "It is a zip without files.")
    for member in inside:
        if member.suffix.lower() == ".zip":
            contract, reason = None, "It is a zip inside a zip; unpack it and deliver what is inside."
        else:
            contract, reason = _match(member, archive.system, contracts)
        yield InboxFile(member, archive.system, archive.delivery_date, archive.size, contract, reason)


def _match(path: Path, system: str, contracts: Sequence[Contract]) -> tuple[Contract | None, str]:
    own = [contract for contract in contracts if contract.system == system]
    try:
        head = read_head(path)
    except ContainerError as error:
        return None, str(error)
    if not head.content.strip():
        quiet = next((contract for contract in own if _may_be_empty(contract, head.name)), None)
        return (quiet, "") if quiet else (None, "It is empty.")
    fit = find(own, head)
    if fit is not None:
        return fit.contract, ""
    shapes = [shape for contract in own for shape in contract.files]
    if decode_head(head.content, [name for shape in shapes for name in shape.encodings]) is None:
        return None, "It is not text in any encoding that the system's contracts name."
    return None, why_none(own, head)


def _may_be_empty(contract: Contract, name: str) -> bool:
    """News of a day on which nothing happened: lines of JSON have no header that could be missed."""
    shapes = [shape for shape in contract.files if shape.format == "ndjson" and not shape.records]
    is_named = any(fnmatch(name.lower(), shape.pattern.lower()) for shape in shapes)
    return is_named and contract.delivery.kind == "delta"


def read_head(path: Path, name: str = "") -> Head:
    """The name and the first plain bytes of a file.

    Raises:
        ContainerError: it is compressed and damaged.
    """
    with open_plain(path) as file:
        return Head(plain_name(name or path.name), file.read(HEAD_BYTES), path)


def _as_date(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def _printable(name: str) -> str:
    """A name from the file system, with what is not UTF-8 in it escaped; old zip files carry such names."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
