"""`crm score`: the value and churn models on any log of orders."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from orchestration.verbs.terminal import AsJson, Refused, out, print_json


def score(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV or Parquet, one row an order.")],
    as_of: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Only what happened before this day counts.")],
    out_file: Annotated[Path, typer.Option("--out", help="Where the scores go, .csv or .parquet.")],
    horizon: Annotated[int, typer.Option(min=1, max=730, help="Days ahead.")] = 90,
    as_json: AsJson = False,
) -> None:
    """Who will order, how often and for how much: any log of customer_id, ordered_at, amount. No warehouse needed."""
    from orchestration.scoring import Question, ScoringRefusedError, score_file

    try:
        answer = score_file(Question(file, as_of.date(), horizon, out_file))
    except ScoringRefusedError as error:
        raise Refused(*map(str, error.args)) from error
    if as_json:
        return print_json(asdict(answer))
    out.print(f"[green]✓[/] {answer.customers:,} customers scored into {out_file}.", soft_wrap=True)
    out.print(
        f"Probabilities: {answer.rung or 'none, the gate refused'}. "
        f"Money: {answer.value_rung or 'none, the gate refused'}. Season: {answer.season}.",
        soft_wrap=True,
    )
    out.print(escape(answer.card), soft_wrap=True)
