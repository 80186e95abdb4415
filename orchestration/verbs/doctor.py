"""`crm doctor`: what a run needs, and the cure for what is missing."""

import typer
from rich.markup import escape

from orchestration.verbs.terminal import out


def doctor() -> None:
    """Versions, locks, free disk and the parts a run needs, each with the cure."""
    from orchestration.doctor import examine

    findings = examine()
    for finding in findings:
        mark = "[green]✓[/]" if finding.is_well else "[red]✗[/]"
        out.print(f"{mark} {escape(finding.sentence)}", soft_wrap=True)
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(1)
