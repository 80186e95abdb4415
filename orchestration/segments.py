"""Saved segments: files of $CRM_DATA/segments, each a condition on marts.customer_360, read and looked over.

Belongs here: which SQL a segment may hold. What passes is run on the warehouse, so a file that a person edited by hand
is held to one condition made of comparisons on customers and on what they bought: no function, no other table.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")
TABLES = {"marts.customer_360", "marts.customer_categories"}


@dataclass(frozen=True)
class SavedSegment:
    """One file. `refusal` says why it is not evaluated; empty when it is. Owners and titles stay in the file."""

    name: str
    version: int
    expires_on: date
    where: str
    refusal: str


def read_segments(folder: Path) -> Iterator[SavedSegment]:
    """Every file of the folder in order of name; one that cannot be read is a segment with a refusal."""
    for path in sorted(folder.glob("*.yml")):
        if not NAME.fullmatch(path.stem):
            yield SavedSegment("unnamed", 0, date.max, "", "the file's name is not made of a-z, 0-9 and _")
            continue
        try:
            stated = yaml.safe_load(path.read_text(encoding="utf-8"))
            where, expires_on = str(stated["where"]), stated["expires_on"]
            if not isinstance(expires_on, date):
                raise ValueError("expires_on is not a date")
            yield SavedSegment(path.stem, int(stated["version"]), expires_on, where, refusal_of(where))
        except (yaml.YAMLError, LookupError, TypeError, ValueError, UnicodeDecodeError):
            yield SavedSegment(path.stem, 0, date.max, "", "the file does not state version, expires_on and where")


def refusal_of(where: str) -> str:
    """Why the condition must not be run; empty when it may."""
    import sqlglot
    from sqlglot import exp

    words = (exp.And, exp.Or, exp.Not, exp.Paren, exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null)
    tests = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In, exp.Between, exp.Neg)
    rest = (exp.Cast, exp.DataType, exp.DateDiff, exp.Var, exp.Subquery, exp.Select, exp.From, exp.Where, exp.Table)
    try:
        parsed = sqlglot.parse(f"select customer_id from marts.customer_360 where {where}", dialect="duckdb")
    except sqlglot.errors.SqlglotError:
        return "where is not SQL"
    if len(parsed) != 1 or not isinstance(parsed[0], exp.Select):
        return "where is more than one condition"
    for node in parsed[0].walk():
        if not isinstance(node, (*words, *tests, *rest)):
            return f"where may not hold {node.key}"
        if isinstance(node, exp.Table) and f"{node.db}.{node.name}" not in TABLES:
            return "where may ask marts.customer_360 and marts.customer_categories only"
    return ""
