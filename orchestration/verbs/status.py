"""`crm status`: the published version in one look."""

from orchestration.verbs.terminal import AsJson, Refused, out, print_json


def status(as_json: AsJson = False) -> None:
    """The published version, its age, what became of every row, checks and model gates."""
    from orchestration.report import RunPrinter, published_summary

    summary = published_summary()
    if summary is None:
        raise Refused("Nothing has been published yet. Put exports into the inbox and run: crm run")
    if as_json:
        return print_json(summary)
    RunPrinter(out).summary(summary)
