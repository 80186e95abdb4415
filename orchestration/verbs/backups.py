"""`crm backup` and `crm restore`: the warehouse in one file, and back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from orchestration import clock
from orchestration.settings import settings
from orchestration.verbs.terminal import err, out, refusing


def backup(
    to: Annotated[
        Path | None, typer.Option("--to", file_okay=False, help="The folder to write to; data/backups when left out.")
    ] = None,
) -> None:
    """Write everything that cannot be made again into one file: it names people, keep it like the warehouse itself."""
    from orchestration.backups import back_up
    from orchestration.warehouse import shelf

    home = settings()
    with _telling_people():
        written = back_up(home, shelf(), to or home.data / "backups", clock.now())
    out.print(f"[green]✓[/] Backed up to {escape(str(written))} ({written.stat().st_size / 1e6:,.0f} MB).")
    out.print("To bring it back: CRM_DATA=/an/empty/folder crm restore FILE", soft_wrap=True)


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="What crm backup wrote.")],
) -> None:
    """Bring a backup back, into an empty warehouse: every file is held to its checksum first."""
    from orchestration.backups import restore as bring_back
    from orchestration.warehouse import shelf

    with _telling_people():
        version = bring_back(settings(), shelf(), file)
    out.print(f"[green]✓[/] Restored. Readers see version {version}; the next run builds on it.")


@contextmanager
def _telling_people() -> Iterator[None]:
    from orchestration.backups import BackupError
    from orchestration.lock import WarehouseBusyError

    with refusing(BackupError, WarehouseBusyError), err.status("Reading and writing every file"):
        yield
