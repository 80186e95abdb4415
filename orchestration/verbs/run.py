"""`crm run`: the daily job."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from orchestration import clock
from orchestration.settings import FIRST_DAY
from orchestration.verbs.terminal import AsJson, Refused, err, out, print_json, refusing


def run(
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="The day to speak for; today when left out. What happened before it counts."
        ),
    ] = None,
    inbox: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="Another inbox than the one in the settings.")
    ] = None,
    accept_volume: Annotated[
        list[str] | None, typer.Option(help="SYSTEM/FEED whose full export may have shrunk this much. Repeatable.")
    ] = None,
    accept_merges: Annotated[
        bool, typer.Option("--accept-merges", help="This once, merge more customers than the limit lets through.")
    ] = False,
    wait: Annotated[int, typer.Option(min=0, help="Seconds to wait for another run to finish.")] = 0,
    as_json: AsJson = False,
) -> None:
    """The daily job: take in what was delivered, find out who is who, score, check and publish."""
    from orchestration.lock import WarehouseBusyError
    from orchestration.report import RunPrinter, published_summary

    day = day_to_speak_for(as_of, "--as-of")
    printer = RunPrinter(err if as_json else out)
    with refusing(WarehouseBusyError), printer.working(f"The daily job for {day}"):
        from orchestration.daily import Deliveries, run_daily

        deliveries = Deliveries(inbox, tuple(accept_volume or ()), accept_merges)
        outcome = run_daily(deliveries, day, wait, printer.step)
    for fault in outcome.faults:
        err.print(escape(fault), soft_wrap=True)
    if not outcome.succeeded:
        kept = version_sentence()
        raise Refused(*outcome.refusals, f"The run for {day} published nothing. {kept}")
    summary = published_summary()
    if as_json:
        return print_json(summary)
    if summary is not None:
        printer.summary(summary)


def day_to_speak_for(named: datetime | None, option: str) -> date:
    """The day that an option names; today when it is left out.

    Raises:
        typer.BadParameter: a run cannot speak for it.
    """
    day = named.date() if named else clock.today()
    if not FIRST_DAY <= day <= clock.today():
        raise typer.BadParameter(f"{day} is not a day from {FIRST_DAY} to today.", param_hint=option)
    return day


def version_sentence() -> str:
    """Which version readers see now, for somebody whose run has published nothing."""
    from orchestration.warehouse import shelf

    version = shelf().current()
    return f"Readers still see version {version}." if version else "Nothing has been published before."
