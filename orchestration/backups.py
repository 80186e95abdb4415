"""The warehouse in one file, and back: everything that cannot be made again.

In a backup: the published version with its fitted models, the original of every delivery, decisions about people,
saved segments, the record of who looked at what. Not in it: the inbox, whose files are in the archive; earlier
versions; what Dagster remembers of runs. It is a plain tar file, so that any machine can look into it, and it names
people: whoever keeps it keeps them.
"""

import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath

from orchestration.lock import one_writer
from orchestration.settings import Settings
from orchestration.snapshots import MODES, Shelf

KEPT = ("archive", "audit", "overrides", "segments")
CONTENTS = "contents.json"  # the last member: a file that was cut short has none
FOLDER_MODE, FILE_MODE = 0o700, 0o600


class BackupError(Exception):
    """A backup cannot be made or restored; the message says what to do."""


def back_up(home: Settings, shelf: Shelf, target: Path, now: datetime) -> Path:
    """Write a backup of the published version and of what stands beside it into the folder `target`; its path.

    Holds the lock, so that nothing changes meanwhile. The file has its name only when it is whole.

    Raises:
        BackupError: nothing has been published, or the disk has too little room.
        WarehouseBusyError: a run holds the warehouse.
    """
    with one_writer(home.work, "crm backup"):
        version = shelf.current()
        if version is None:
            raise BackupError("There is nothing to back up: nothing has been published. Run: crm run")
        files = [(path, path.relative_to(home.data).as_posix()) for path in _files(home, version)]
        target.mkdir(parents=True, exist_ok=True)
        needed, free = sum(path.stat().st_size for path, _ in files), shutil.disk_usage(target).free
        if free < 1.05 * needed:
            raise BackupError(
                f"The backup needs {needed / 1e9:.1f} GB and {free / 1e9:.1f} GB are free under {target}. "
                "Make room, or name another folder with --to."
            )
        backup = target / f"{version}-{now:%Y%m%dT%H%M%SZ}.tar"
        draft = backup.with_suffix(".draft")
        try:
            _write(draft, files, {"version": version, "made_at": now.isoformat(timespec="seconds")})
            os.replace(draft, backup)
        finally:
            draft.unlink(missing_ok=True)
    return backup


def restore(home: Settings, shelf: Shelf, backup: Path) -> str:
    """Bring a backup back into an empty warehouse; returns the version that readers see then.

    Nothing stands under its name before every file has been held to its SHA-256, and the pointer moves last.

    Raises:
        BackupError: the warehouse is not empty, or the file is no backup, damaged or cut short.
        WarehouseBusyError: a run holds the warehouse.
    """
    with one_writer(home.work, "crm restore"):
        there = [name for name in (*KEPT, "published") if any(_within(home.data / name))]
        if there:
            raise BackupError(
                f"{home.data} already holds {', '.join(there)}, and a restore overwrites nothing. "
                "Name an empty folder: CRM_DATA=/somewhere/new crm restore FILE. "
                "To go back to an earlier version of this warehouse: crm rollback."
            )
        draft = home.work / "restoring"
        shutil.rmtree(draft, ignore_errors=True)
        try:
            version = _unpack(backup, draft)
            for name, mode in MODES.items():
                (draft / "published" / version / name).chmod(mode)
            for name in (*KEPT, "published"):
                if (draft / name).exists():
                    shutil.rmtree(home.data / name, ignore_errors=True)  # an empty folder
                    os.replace(draft / name, home.data / name)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return shelf.rollback(version)


def _files(home: Settings, version: str) -> Iterator[Path]:
    yield from sorted((home.published / version).iterdir())
    for name in KEPT:
        yield from _within(home.data / name)


def _within(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _write(draft: Path, files: list[tuple[Path, str]], stated: dict[str, str]) -> None:
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE), "wb") as handle:
        with tarfile.open(fileobj=handle, mode="w", format=tarfile.PAX_FORMAT) as tar:
            hashes = {}
            for path, name in files:
                with path.open("rb") as content:
                    hashes[name] = hashlib.file_digest(content, "sha256").hexdigest()
                    content.seek(0)
                    tar.addfile(tar.gettarinfo(path, arcname=name), content)
            text = json.dumps(stated | {"files": hashes}, indent=2).encode()
            last = tarfile.TarInfo(CONTENTS)
            last.size = len(text)
            tar.addfile(last, BytesIO(text))
        handle.flush()
        os.fsync(handle.fileno())


def _unpack(backup: Path, draft: Path) -> str:
    """Write the files of a backup under `draft` and hold each to what the backup says of it; returns the version."""
    draft.mkdir(mode=FOLDER_MODE)
    try:
        with tarfile.open(backup, mode="r:") as tar:
            for member in tar:
                _write_out(tar, member, draft)
        stated = json.loads((draft / CONTENTS).read_text(encoding="utf-8"))
        version, hashes = str(stated["version"]), dict(stated["files"])
    except (tarfile.TarError, EOFError, FileNotFoundError, ValueError, KeyError) as error:
        raise BackupError(f"{backup.name} is not a whole backup of this warehouse. Nothing was restored.") from error
    (draft / CONTENTS).unlink()
    found = {path.relative_to(draft).as_posix(): path for path in _within(draft)}
    for name in sorted(found.keys() | hashes.keys()):
        if name not in found or hashes.get(name) != _digest(found[name]):
            raise BackupError(f"{backup.name} is damaged: {name} is not what was backed up. Nothing was restored.")
    if not all(f"published/{version}/{name}" in found for name in MODES):
        raise BackupError(f"{backup.name} holds no whole version. Nothing was restored.")
    return version


def _write_out(tar: tarfile.TarFile, member: tarfile.TarInfo, draft: Path) -> None:
    """One member as a file under `draft`. Raises ValueError for what is no file, or wants to stand elsewhere."""
    name = PurePosixPath(member.name)
    content = tar.extractfile(member) if member.isfile() else None
    if content is None or name.is_absolute() or ".." in name.parts:
        raise ValueError("a backup holds files, each under the folder that it is restored to")
    path = draft / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        shutil.copyfileobj(content, file)


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
