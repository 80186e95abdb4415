"""Files inside files: the plain bytes of what is compressed, read by name and never further than they deserve.

A zip is taken for a folder: `2026-03-01/export.zip/Account.csv` is a path like any other. Members are only ever
read, never written under their own names. What stands here decides how much may come out of how little.
"""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

# Real exports shrink by 3 to 60 times. A file that unfolds further than this, past the size that does no harm, is a
# bomb or a fault.
MAX_UNFOLDING = 200
HARMLESS_BYTES = 64 * 1024 * 1024
MAX_MEMBERS = 10_000
GZIP_MARK = b"\x1f\x8b"


class ContainerError(Exception):
    """A compressed file that cannot be opened, or must not; the message says why."""


def plain_name(name: str) -> str:
    """The name of the plain file: without the folder or zip it lies in, and without .gz."""
    own = name.rsplit("/", 1)[-1]
    return own[:-3] if own.lower().endswith(".gz") else own


def archive_of(path: Path) -> Path | None:
    """The zip file on the disk that `path` leads into, if it does."""
    if path.is_file():
        return None
    return next((parent for parent in path.parents if is_zip(parent)), None)


def is_zip(path: Path) -> bool:
    return path.suffix.lower() == ".zip" and path.is_file()


def is_gzip(path: Path) -> bool:
    """By its first bytes: an original in the archive has lost its name."""
    with path.open("rb") as file:
        return file.read(2) == GZIP_MARK


def members(archive: Path) -> list[Path]:
    """The files inside a zip, as paths below it, in the order of their names.

    Raises:
        ContainerError: it is no zip, holds more than MAX_MEMBERS, two of one name, or one that is encrypted.
    """
    with _opened(archive) as folder:
        entries = [entry for entry in folder.infolist() if not entry.is_dir()]
        if len(entries) > MAX_MEMBERS:
            raise ContainerError(f"It holds {len(entries)} files, more than {MAX_MEMBERS}.")
        names = [entry.filename for entry in entries]
        if len(set(names)) < len(names):
            raise ContainerError("It holds two files of one name; nobody can say which counts.")
        if any(entry.flag_bits & 1 for entry in entries):
            raise ContainerError("It is locked with a password; unpack it and deliver what is inside.")
        if any(name.startswith("/") or ".." in name.split("/") or "\\" in name for name in names):
            raise ContainerError("It holds a file whose name leads out of it; that is an attack or a fault.")
    return [archive / name for name in sorted(names) if not name.startswith(("__MACOSX/", ".")) and "/." not in name]


@contextmanager
def open_raw(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file as they lie there; of a member of a zip, unpacked."""
    if archive_of(path) is None:
        with path.open("rb") as file:
            yield file
    else:
        with open_plain(path) as file:
            yield file


@contextmanager
def open_plain(path: Path) -> Iterator[BinaryIO]:
    """The plain bytes of a file, of a gz, or of a member of a zip, as a stream that is only read forward.

    Raises:
        ContainerError: while opening or reading: damaged, or unfolding without end.
    """
    archive = archive_of(path)
    try:
        if archive is not None:
            with _opened(archive) as folder:
                entry = folder.getinfo(path.relative_to(archive).as_posix())
                with folder.open(entry) as member:
                    yield _bounded(cast(BinaryIO, member), entry.compress_size)
        elif is_gzip(path):
            with gzip.open(path) as unpacked:
                yield _bounded(cast(BinaryIO, unpacked), path.stat().st_size)
        else:
            with path.open("rb") as file:
                yield file
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise ContainerError(f"It is damaged: it cannot be unpacked ({type(error).__name__}).") from error


@contextmanager
def _opened(archive: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(archive) as folder:
            yield folder
    except zipfile.BadZipFile as error:
        raise ContainerError("It is called a zip file and is none, or is cut off.") from error


def _bounded(stream: BinaryIO, packed: int) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(_Bounded(stream, max(HARMLESS_BYTES, packed * MAX_UNFOLDING)), 1 << 20))


class _Bounded(io.RawIOBase):
    """A stream that ends in an error instead of without end."""

    def __init__(self, inner: BinaryIO, limit: int) -> None:
        self._inner, self._left = inner, limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        chunk = self._inner.read(len(buffer))
        self._left -= len(chunk)
        if self._left < 0:
            raise ContainerError(
                f"It unfolds to more than {MAX_UNFOLDING} times its size; that is no export. Unpack it by hand."
            )
        buffer[: len(chunk)] = chunk
        return len(chunk)
