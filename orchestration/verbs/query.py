"""`crm query`: one select on the published snapshot."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from orchestration.verbs.terminal import AsJson, err, out, plain, print_json, refusing


def query(sql: str, as_json: AsJson = False, limit: Annotated[int, typer.Option(min=1)] = 200) -> None:
    """Ask the published snapshot. Read-only and sandboxed: `crm query "select * from customer_360"`."""
    from orchestration.report import QueryRefusedError, ask

    with refusing(QueryRefusedError):
        columns, rows, cut = ask(sql, limit)
    if as_json:
        return print_json([dict(zip(columns, row, strict=True)) for row in rows])
    table = Table(*columns)
    for row in rows:
        table.add_row(*(escape(plain(value)) for value in row))
    out.print(table)
    if cut:
        err.print(f"Only the first {limit} rows are shown; --limit shows more.")
