"""`crm`, the command line: which verbs there are. Each stands in a module of its own under `verbs/`.

Heavy imports happen inside the verbs.
"""

import typer

from orchestration.settings import announce
from orchestration.verbs.backfill import backfill
from orchestration.verbs.backups import backup, restore
from orchestration.verbs.check import check
from orchestration.verbs.doctor import doctor
from orchestration.verbs.identity import explain, merge, split
from orchestration.verbs.link import link
from orchestration.verbs.quarantine import quarantine
from orchestration.verbs.query import query
from orchestration.verbs.run import run
from orchestration.verbs.score import score
from orchestration.verbs.shelf import publish, rollback
from orchestration.verbs.status import status
from orchestration.verbs.world import world

HELP = """A CRM data warehouse on one machine: exports in, one trustworthy record per customer out.

Exit status: 0 done, 1 the data or a gate refused, 2 wrong usage."""

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=HELP)

app.command()(world)
app.command()(check)
app.command()(run)
app.command()(backfill)
app.command()(status)
app.command()(query)
app.command()(score)
app.command()(explain)
app.command()(merge)
app.command()(split)
app.command()(link)
app.add_typer(quarantine, name="quarantine")
app.command()(publish)
app.command()(rollback)
app.command()(backup)
app.command()(restore)
app.command()(doctor)


def main() -> None:
    """The entry point of `crm`."""
    announce()
    app()


if __name__ == "__main__":
    main()
