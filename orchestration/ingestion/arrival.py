"""Taking a file in: an archived original, its hash, its encoding, and how many lines it has.

What stands here is learnt from bytes alone, before any parser has an opinion; `load.py` holds the
parser to these counts.
"""

import codecs
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from orchestration.ingestion.encoding import CHUNK_BYTES, candidates, transcode


@dataclass(frozen=True)
class Arrival:
    """A file that has been taken in.

    `text` is a UTF-8 file, the archived original or a transcoded copy of it; None when the bytes are
    text in no encoding that the contract allows.
    """

    sha256: str
    size: int
    original: Path
    text: Path | None
    encoding: str
    lines: int
    has_nul: bool

    @property
    def file_id(self) -> str:
        return self.sha256[:16]


@dataclass(frozen=True)
class _Measured:
    sha256: str
    size: int
    is_utf8: bool
    lines: int
    has_nul: bool


def fingerprint(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def take_in(path: Path, encodings: Iterable[str], archive: Path, scratch: Path) -> Arrival:
    """Copy a file into the archive under its hash, and find out which of `encodings` it is written in."""
    archive.mkdir(parents=True, exist_ok=True)
    draft = archive / f".{os.getpid()}.draft"
    measured = _copy(path, draft)
    original = archive / measured.sha256[:2] / measured.sha256
    original.parent.mkdir(exist_ok=True)
    os.replace(draft, original)
    with original.open("rb") as file:
        head = file.read(4)
    for encoding in candidates(head, encodings):
        text, found = _as_utf8(original, encoding, measured, scratch)
        if text is not None:
            return Arrival(measured.sha256, measured.size, original, text, encoding, found.lines, found.has_nul)
    return Arrival(measured.sha256, measured.size, original, None, "unreadable", measured.lines, measured.has_nul)


def _as_utf8(original: Path, encoding: str, measured: _Measured, scratch: Path) -> tuple[Path | None, _Measured]:
    if encoding in ("utf-8", "utf-8-sig"):
        return (original, measured) if measured.is_utf8 else (None, measured)
    scratch.mkdir(parents=True, exist_ok=True)
    text = scratch / f"{measured.sha256}.utf8"
    try:
        transcode(original, encoding, text)
    except UnicodeDecodeError:
        text.unlink()
        return None, measured
    return text, _measure(text)


def _copy(source: Path, target: Path) -> _Measured:
    with target.open("wb") as copy:
        measured = _measure(source, copy)
        copy.flush()
        os.fsync(copy.fileno())
    return measured


def _measure(source: Path, copy: BinaryIO | None = None) -> _Measured:
    """One pass over the bytes: hash, length, lines, and whether they are UTF-8."""
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    size = newlines = 0
    is_utf8, has_nul, last = True, False, b"\n"
    with source.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
            newlines += chunk.count(b"\n")
            has_nul = has_nul or b"\x00" in chunk
            last = chunk[-1:]
            if is_utf8:
                is_utf8 = _fits(decoder, chunk)
            if copy is not None:
                copy.write(chunk)
    is_utf8 = is_utf8 and _fits(decoder, b"", final=True)
    return _Measured(digest.hexdigest(), size, is_utf8, newlines + (last != b"\n"), has_nul)


def _fits(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True
