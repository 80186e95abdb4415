"""`crm explain`, `crm merge`, `crm split`: who a customer is made of, and what a human decides about it."""

import getpass
from typing import Annotated

import typer

from orchestration.verbs.terminal import AsJson, Refused, out, print_json, refusing

Who = Annotated[str | None, typer.Option("--by", help="Who decides; the one at the keyboard unless told.")]
Why = Annotated[str, typer.Option(help="Why, for whoever reads it later.")]
Undo = Annotated[bool, typer.Option("--undo", help="Take the decision back.")]


def explain(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Customer id, record key, e-mail or telephone.")],
    language: Annotated[str, typer.Option("--language", help="en or zh.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Why these records are one customer, pair by pair and field by field."""
    from orchestration.stewardship import HEADINGS, UnknownCustomerError
    from orchestration.stewardship import explain as explain_customer

    if language not in HEADINGS:
        raise Refused(f"There are explanations in {' and '.join(HEADINGS)}, not in {language}.")
    with refusing(UnknownCustomerError):
        explained = explain_customer(identifier, language)
    if as_json:
        return print_json(vars(explained))
    for line in explained.lines:
        out.print(line, markup=False, soft_wrap=True)


def merge(a: str, b: str, reason: Why = "", by: Who = None, take_back: Undo = False) -> None:
    """Decide that two customers (or records) are one person. The next run merges them."""
    from orchestration import stewardship

    _decide(stewardship.undo if take_back else stewardship.merge, a, b, reason, by)


def split(customer: str, record: str, reason: Why = "", by: Who = None, take_back: Undo = False) -> None:
    """Decide that a record is none of its customer's. The next run takes it out."""
    from orchestration import stewardship

    _decide(stewardship.undo if take_back else stewardship.split, customer, record, reason, by)


def _decide(decision, a: str, b: str, reason: str, by: str | None) -> None:
    from orchestration import clock
    from orchestration.identity.overrides import Author, ContradictionError
    from orchestration.stewardship import UnknownCustomerError

    with refusing(UnknownCustomerError, ContradictionError):
        written = decision(a, b, Author(by or getpass.getuser(), clock.now(), reason))
    for one in written:
        out.print(f"{one.decision}: {one.record_a} and {one.record_b}", markup=False, soft_wrap=True)
    out.print("Written down. The next run obeys.")
