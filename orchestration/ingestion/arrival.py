"""Taking a file in: an archived original, its hash, its encoding, and how many lines it has.

What stands here is learnt from bytes alone, before any parser has an opinion; `load.py` holds the
parser to these counts.
"""

import codecs
import hashlib
import os
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Protocol

import numpy as np

from orchestration.ingestion.containers import ContainerError, is_gzip, open_plain, open_raw
from orchestration.ingestion.encoding import (
    CHUNK_BYTES,
    candidates,
    cut_off_bytes,
    detect,
    is_damaged_utf8,
    is_utf8,
)
from orchestration.ingestion.writing import written_behind

BINARY = "binary"
# JSON may write them as escapes.
NULS = (b"\x00", b"\\u0000")
SEPARATORS = (b"\x1e", b"\x1f", b"\\u001")
NEWLINE = 10
BACKSLASH, ESCAPES = b"\\", b"\\u00"
WINDOW_BYTES = 8192
DETECTED_FROM_BYTES = 64 * 1024


@dataclass(frozen=True)
class Arrival:
    """A file that has been taken in.

    `text` is a UTF-8 file, the archived original or an unpacked and transcoded copy of it; None when the bytes are
    text in no encoding that the contract allows. For a format that is not text it is the plain file. `longest_line`:
    bytes, to within WINDOW_BYTES.
    `guess` is what a detector takes unreadable bytes for; it is told, and never acted upon. `fault` says why a
    compressed file could not be unpacked. `has_separators`: the text may hold the control characters 30 and 31.
    """

    sha256: str
    size: int
    original: Path
    text: Path | None
    encoding: str
    lines: int
    has_nul: bool
    longest_line: int = 0
    guess: str = ""
    fault: str = ""
    has_separators: bool = True

    @property
    def file_id(self) -> str:
        return self.sha256[:16]

    def throw_away_copies(self) -> None:
        """Delete what was unpacked or transcoded; the original stays in the archive."""
        if self.text is not None and self.text != self.original:
            self.text.unlink(missing_ok=True)


def fingerprint(path: Path) -> str:
    """The SHA-256 of a file's bytes; of a zip's member, unpacked; of one that cannot be unpacked, as far as it goes."""
    digest = hashlib.sha256()
    with suppress(ContainerError), open_raw(path) as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def take_in(path: Path, encodings: Iterable[str], archive: Path, scratch: Path) -> Arrival:
    """Copy a file into the archive under its hash, and find out which of `encodings` it is written in.

    Without encodings the file is not text, and taken as it is. That the archived bytes outlive a power cut is the
    affair of the caller (`writing.brought_to_disk`), who has other work meanwhile.
    """
    archive.mkdir(parents=True, exist_ok=True)
    draft = archive / f".{os.getpid()}.draft"
    measured, fault = _copy(path, draft)
    original = archive / measured.sha256[:2] / measured.sha256
    original.parent.mkdir(exist_ok=True)
    os.replace(draft, original)
    plain, found = original, measured
    if not fault and is_gzip(original):
        scratch.mkdir(parents=True, exist_ok=True)
        plain = scratch / f"{measured.sha256}.plain"
        found, fault = _copy(original, plain, open_plain)
        if fault:
            plain.unlink()
    if fault:
        return replace(_arrived(measured, original, None, "unreadable", found), fault=fault)
    named = list(encodings)
    if not named:
        return _arrived(measured, original, plain, BINARY, found)
    return _decoded(measured, original, (plain, found), named, scratch)


@dataclass
class _Lines:
    """One pass over text: how many lines, the longest of them, and signs that a reader must know of."""

    newlines: int = 0
    has_nul: bool = False
    has_separators: bool = False
    longest_line: int = 0
    _open_line: int = 0
    _last: bytes = b"\n"

    def see(self, chunk: bytes) -> None:
        # A third of the time that the method of bytes takes.
        self.newlines += int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == NEWLINE))
        self._see_marks(chunk)
        # An escape may be cut in two by the end of a chunk.
        self._see_marks(self._last + chunk[:5])
        self._see_ends(chunk)
        self._last = chunk[-5:]

    @property
    def lines(self) -> int:
        return self.newlines + (self._last[-1:] != b"\n")

    def _see_marks(self, part: bytes) -> None:
        # One search settles all escapes of a file that has none, and one for a single byte takes a quarter of the time.
        has_escapes = BACKSLASH in part and ESCAPES in part
        nuls, separators = (NULS, SEPARATORS) if has_escapes else (NULS[:1], SEPARATORS[:2])
        self.has_nul = self.has_nul or any(mark in part for mark in nuls)
        self.has_separators = self.has_separators or any(mark in part for mark in separators)

    def _see_ends(self, chunk: bytes) -> None:
        """Lines that end inside a window are shorter than the window; only one that spans windows can be long."""
        for start in range(0, len(chunk), WINDOW_BYTES):
            end = min(start + WINDOW_BYTES, len(chunk))
            first, last = chunk.find(b"\n", start, end), chunk.rfind(b"\n", start, end)
            if first < 0:
                self._open_line += end - start
            else:
                self.longest_line = max(self.longest_line, self._open_line + first - start, last - first)
                self._open_line = end - last - 1
        self.longest_line = max(self.longest_line, self._open_line)


@dataclass
class _Measured(_Lines):
    """One pass over bytes: their lines, hash and length, and whether they are UTF-8."""

    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    size: int = 0
    is_utf8: bool = True
    _cut_off: bytes = b""

    def see(self, chunk: bytes) -> None:
        super().see(chunk)
        self.digest.update(chunk)
        self.size += len(chunk)
        self.is_utf8 = self.is_utf8 and self._fits(chunk)

    def end(self) -> None:
        self.is_utf8 = self.is_utf8 and not self._cut_off

    @property
    def sha256(self) -> str:
        return self.digest.hexdigest()

    def _fits(self, chunk: bytes) -> bool:
        """A character that the end of a chunk cuts in two is looked at with the next."""
        text = self._cut_off + chunk
        whole = len(text) - cut_off_bytes(text)
        self._cut_off = text[whole:]
        return is_utf8(text, whole)


def _decoded(
    measured: _Measured, original: Path, plain: tuple[Path, _Measured], encodings: list[str], scratch: Path
) -> Arrival:
    path, found = plain
    with path.open("rb") as file:
        head = file.read(DETECTED_FROM_BYTES)
    may_be = candidates(head, encodings)
    if "utf-8" in may_be and not found.is_utf8 and is_damaged_utf8(path):
        may_be = []
    for encoding in may_be:
        if encoding in ("utf-8", "utf-8-sig"):
            if found.is_utf8:
                return _arrived(measured, original, path, encoding, found)
            continue
        text = _transcode(path, encoding, scratch / f"{measured.sha256}.utf8")
        if text is not None:
            if path != original:
                path.unlink()
            return _arrived(measured, original, text[0], encoding, text[1])
    if path != original:
        path.unlink()
    return replace(_arrived(measured, original, None, "unreadable", found), guess=detect(head) or "")


def _arrived(measured: _Measured, original: Path, text: Path | None, encoding: str, found: _Lines) -> Arrival:
    return Arrival(
        *(measured.sha256, measured.size, original, text, encoding, found.lines, found.has_nul, found.longest_line),
        has_separators=found.has_separators or encoding == BINARY,
    )


def _transcode(source: Path, encoding: str, target: Path) -> tuple[Path, _Lines] | None:
    """Write `source` to `target` as UTF-8, line ends untouched. None when a byte does not fit `encoding`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = _Lines()
    try:
        with source.open("rb") as old, written_behind(target) as new:
            while chunk := old.read(CHUNK_BYTES):
                _pass_on(decoder.decode(chunk).encode("utf-8"), new, lines)
            _pass_on(decoder.decode(b"", final=True).encode("utf-8"), new, lines)
    except (UnicodeDecodeError, UnicodeEncodeError):
        target.unlink()
        return None
    return target, lines


def _copy(
    source: Path, target: Path, opened: Callable[[Path], AbstractContextManager[BinaryIO]] = open_raw
) -> tuple[_Measured, str]:
    """Copy the bytes; what could be read of a file that cannot be unpacked, and why it cannot."""
    measured, fault = _Measured(), ""
    with written_behind(target) as copy:
        try:
            with opened(source) as file:
                while chunk := file.read(CHUNK_BYTES):
                    _pass_on(chunk, copy, measured)
        except ContainerError as error:
            fault = str(error)
    measured.end()
    return measured, fault


def rewrite(arrival: Arrival, lines: Iterable[str], target: Path) -> Arrival:
    """The arrival with other lines of text in place of its own: what was JSON or a workbook, as plain records."""
    target.parent.mkdir(parents=True, exist_ok=True)
    measured = _Lines()
    with target.open("wb") as copy:
        for line in lines:
            _pass_on(line.encode("utf-8"), copy, measured)
    arrival.throw_away_copies()
    counted = replace(arrival, lines=measured.lines, has_nul=measured.has_nul, longest_line=measured.longest_line)
    return replace(counted, text=target, has_separators=measured.has_separators)


class _Writing(Protocol):
    def write(self, chunk: bytes, /) -> object: ...


def _pass_on(chunk: bytes, copy: _Writing, measured: _Lines) -> None:
    if chunk:
        copy.write(chunk)
        measured.see(chunk)
