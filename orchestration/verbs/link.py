"""`crm link`: the identity engine on any file of person records."""

from pathlib import Path
from typing import Annotated

import typer

from orchestration.verbs.terminal import AsJson, out, print_json, refusing


def link(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV or Parquet, one row per record.")],
    target: Annotated[Path, typer.Option("--out", help="Where the answer goes, CSV or Parquet.")],
    as_json: AsJson = False,
) -> None:
    """Which records of a file are one person: record_id -> customer_id, with probability and evidence."""
    from orchestration.identity.link import NothingToLinkError, link_file

    with refusing(NothingToLinkError):
        linked = link_file(file, target)
    if as_json:
        return print_json(vars(linked))
    out.print(
        f"{linked.records:,} records are {linked.customers:,} customers (the largest of {linked.largest:,} records; "
        f"{linked.compared:,} pairs were compared). Written to {target.name}."
    )
