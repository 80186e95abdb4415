"""`crm world`: the synthetic company."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from orchestration import clock
from orchestration.verbs.terminal import Day, out, refusing


def world(
    out_dir: Annotated[Path, typer.Option("--out", help="Where the inbox and the truth are written.")],
    people: Annotated[int, typer.Option(min=1)] = 2000,
    days: Annotated[int, typer.Option(min=1, help="How many days of life the exports cover.")] = 730,
    seed: int = 7,
    last_day: Day = None,
    daily_days: Annotated[
        int, typer.Option(min=0, help="The last so many days come in daily pieces; 0: all in one delivery.")
    ] = 28,
    mess: Annotated[int, typer.Option(min=0, max=2, help="Damaged files: 0 none, 1 some, 2 many.")] = 0,
) -> None:
    """Let the synthetic company write its exports, and its truth beside them."""
    from orchestration.world.company import write_world
    from orchestration.world.exports.report import summary_of
    from orchestration.world.mess.plan import make_mess
    from orchestration.world.refusal import ImpossibleWorldError

    end = last_day.date() if last_day else clock.today()
    with refusing(ImpossibleWorldError, FileExistsError):
        summary = write_world(people, days, seed, out_dir, end, daily_days)
        make_mess(out_dir, mess, seed)
    out.print(
        f"[green]✓[/] {summary.people:,} people lived from {summary.first_day} to {summary.last_day}. "
        f"Their company wrote {summary.files} exports with {sum(summary.rows.values()):,} rows into {summary.inbox}; "
        f"the truth lies in {summary.truth}.",
        soft_wrap=True,
    )
    for line in summary_of(summary.truth, summary.rows):
        out.print(escape(line), soft_wrap=True)
