"""What a row must keep to be let in, as SQL over cells in their canonical spelling."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from orchestration.ingestion.cleaning import PLAIN_NUMBERS, is_moment, repr_sql
from orchestration.ingestion.contract_model import Column, Contract

REASONS = {
    "repeated_header": "The header stands here again.",
    "footer": "It is a total or a notice, not a row.",
    "wrong_number_of_cells": "It has more or fewer cells than the header.",
    "spans_rows": "A quoted cell holds what reads like whole rows: a quotation mark is missing.",
    "nul_byte": "A cell holds a NUL byte.",
    "not_json": "The line is not JSON.",
    "not_an_object": "The line is JSON, but not an object.",
    "required": "A required cell is empty.",
    "identifier": "A number that identifies something has lost its digits (1.23E+17).",
    "values": "A cell holds a value that the contract does not know.",
    "integer": "A cell is not a whole number.",
    "decimal": "A cell is not a number.",
    "timestamp": "A cell is not a time, or a time that can be read in two ways.",
    "date": "A cell is not a date, or a date that can be read in two ways.",
    "boolean": "A cell is neither true nor false.",
    "order_disagrees": "The lines of one order do not agree on what belongs to the order.",
    "order_incomplete": "The first line of its order was set aside.",
}
SCIENTIFIC = "[0-9]+(?:[.][0-9]+)?[eE][+][0-9]+"


@dataclass(frozen=True)
class Rule:
    """What a column must keep; `broken` is the SQL condition of a row that does not."""

    name: str
    column: str
    broken: str

    @property
    def is_of_type(self) -> bool:
        """A cell in the canonical spelling of its type keeps it."""
        return self.name not in ("required", "identifier")

    @property
    def is_of_line(self) -> bool:
        """It can only be judged once the lines of an order are numbered."""
        return "_line_number" in self.broken


def rules_of(contract: Contract) -> list[Rule]:
    """Every rule of a contract, in the order in which a row is held against them."""
    return [Rule(rule, column.name, broken) for column in contract.columns for rule, broken in _rules(column, contract)]


def first_broken(rules: Iterable[Rule], disagrees: str) -> str:
    """SQL for the first rule that a row breaks, as 'rule:column'; null for a row that keeps them all."""
    tests = " ".join(f"when {rule.broken} then '{rule.name}:{rule.column}'" for rule in rules)
    return f"case when _broken is not null then _broken {tests} {disagrees}end"


def reason_of(rule: str) -> str:
    """SQL for the sentence that goes with a rule."""
    return f"case {rule} {' '.join(f'when {repr_sql(name)} then {repr_sql(why)}' for name, why in REASONS.items())} end"


def _rules(column: Column, contract: Contract) -> Iterator[tuple[str, str]]:
    """The reasons for which a cell breaks its contract, as (rule, SQL condition)."""
    name = column.name
    if column.required:
        # What belongs to the order stands on its first line only.
        on_first = contract.grain.kind == "continuation" and column.level == "order"
        empty = f"({name} is null or trim({name}) = '')"
        yield "required", f"_line_number = 1 and {empty}" if on_first else empty
    if column.identifier:
        yield (
            "identifier",
            f"case when contains({name}, '+') then regexp_full_match({name}, '{SCIENTIFIC}') else false end",
        )
    if column.values:
        yield "values", f"{name} is not null and {name} not in ({', '.join(map(repr_sql, column.values))})"
    fits = _fits(column)
    if fits:
        yield column.type, f"{name} is not null and not ({fits})"


def _fits(column: Column) -> str | None:
    """SQL condition: staging can cast the cell, and on every engine to the same value. None for text."""
    cell = f"trim({column.name})"
    match column.type:
        case "integer":
            return f"regexp_full_match({cell}, '{PLAIN_NUMBERS['integer']}')"
        case "decimal":
            # The pattern is fifty times faster than the cast and settles nearly every cell.
            plain = f"regexp_full_match({cell}, '{PLAIN_NUMBERS['decimal']}')"
            digits = f"regexp_full_match({cell}, '[+-]?[0-9]*[.]?[0-9]*([eE][+-]?[0-9]+)?')"
            return f"{plain} or ({digits} and try_cast({cell} as decimal(18, 4)) is not null)"
        case "timestamp" | "date":
            return is_moment(column.name)
        case "boolean":
            return f"lower({column.name}) in ('0', '1', 'true', 'false')"
    return None
