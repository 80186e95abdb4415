"""`crm backfill`: the daily job for past days."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from orchestration.verbs.run import day_to_speak_for, version_sentence
from orchestration.verbs.terminal import Refused, err, out, refusing


def backfill(
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day, included.")],
    inbox: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="Another inbox than the one in the settings.")
    ] = None,
    wait: Annotated[int, typer.Option(min=0, help="Seconds to wait for another run to finish.")] = 600,
) -> None:
    """The daily job for past days, oldest first: in any order, any number of times, with one result.

    Where readers have seen a later day before, that day is run again at the end: they never end up in the past.
    """
    from orchestration.lock import WarehouseBusyError
    from orchestration.report import RunPrinter, published_summary

    start, end = day_to_speak_for(first, "--from"), day_to_speak_for(last, "--to")
    if start > end:
        raise typer.BadParameter(f"{start} lies after {end}.", param_hint="--from")
    printer = RunPrinter(out)
    with refusing(WarehouseBusyError), printer.working(f"The daily job for {start} to {end}"):
        from orchestration.backfill import Backfill, run_backfill

        for day, outcome in run_backfill(Backfill(start, end, inbox, wait), printer.step):
            for fault in outcome.faults:
                err.print(escape(fault), soft_wrap=True)
            if not outcome.succeeded:
                left = f"The run for {day} published nothing, and the days after it were not run."
                raise Refused(*outcome.refusals, f"{left} {version_sentence()}")
            out.print(f"[green]✓[/] {day} is published.")
    summary = published_summary()
    if summary is not None:
        printer.summary(summary)
