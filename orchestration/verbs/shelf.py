"""`crm publish` and `crm rollback`: the shelf of published versions."""

from typing import Annotated, Any

import typer

from orchestration.verbs.terminal import out, refusing


def publish() -> None:
    """Publish what an analyst built on the warehouse by hand (README, Analysts)."""
    from orchestration.by_hand import publish_by_hand

    _shelf_verb(publish_by_hand, "Published")


def rollback(
    version: Annotated[str | None, typer.Argument(help="The one before the current, when left out.")] = None,
) -> None:
    """Point readers to an earlier version. The next run builds on that one."""
    from orchestration.warehouse import shelf

    _shelf_verb(lambda: shelf().rollback(version), "Readers now see")


def _shelf_verb(verb: Any, said: str) -> None:
    from orchestration.lock import WarehouseBusyError
    from orchestration.snapshots import SnapshotError

    with refusing(SnapshotError, WarehouseBusyError):
        version = verb()
    out.print(f"[green]✓[/] {said} {version}.")
