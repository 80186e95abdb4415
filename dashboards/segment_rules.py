"""A segment's rule -> one SQL condition on marts.customer_360, built by sqlglot and never by pasting text.

Belongs here: which columns and tests a rule may use, and their translation. Does not belong here: widgets, files, or
running anything. A rule is plain data, as it stands in a segment's file and in the address of the page:

    {"match": "any", "groups": [{"match": "all", "conditions": [{"field": ..., "is": ..., "value": ...}]}]}

`bought` and `not_bought` ask marts.customer_categories: value {"category": ..., "days": ...}, days before the as-of
date.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlglot
from sqlglot import exp

CUSTOMERS, PURCHASES = "marts.customer_360", "marts.customer_categories"
DIALECT = "duckdb"
MOST_GROUPS, MOST_CONDITIONS, MOST_VALUES = 5, 8, 200

TESTS = {
    "number": ("at_least", "at_most", "unknown"),
    "share": ("at_least", "at_most", "unknown"),
    "date": ("on_or_after", "before", "within_days", "unknown"),
    "word": ("one_of", "none_of", "unknown"),
    "flag": ("yes", "no", "unknown"),
    "purchase": ("bought", "not_bought"),
}
_NUMBERS = [
    "net_revenue",
    "net_revenue_365d",
    "order_count",
    "orders_365d",
    "avg_order_value",
    "recency_days",
    "refund_count",
    "ticket_count",
    "open_ticket_count",
    "satisfaction_mean",
    "visit_count",
    "visits_90d",
    "days_since_last_visit",
    "campaign_touch_count",
    "points_balance",
    "r_score",
    "f_score",
    "m_score",
    "loyalty_score",
    "trust_score",
    "health_score",
    "health_change_30d",
    "expected_net_revenue_90d",
    "lifetime_value",
]
_SHARES = ("churn_probability", "p_alive", "refund_share")
_DATES = ("first_seen_date", "first_order_date", "last_order_date", "cohort_month", "next_purchase_date")
_WORDS = [
    "segment",
    "segment_8",
    "lifecycle_stage",
    "persona",
    "value_tier",
    "loyalty_tier",
    "trust_band",
    "country",
    "region",
    "province",
    "gender",
    "age_band",
    "entity_type",
    "status",
    "level",
    "member_level",
    "first_source",
    "first_channel",
    "preferred_category",
    "preferred_brand",
    "preferred_price_level",
    "preferred_channel",
    "preferred_hour",
]
_FLAGS = ("has_ordered", "consent_email", "consent_phone", "consent_sms")
FIELDS: dict[str, str] = {
    "purchase": "purchase",
    **dict.fromkeys(_NUMBERS, "number"),
    **dict.fromkeys(_SHARES, "share"),
    **dict.fromkeys(_WORDS, "word"),
    **dict.fromkeys(_DATES, "date"),
    **dict.fromkeys(_FLAGS, "flag"),
}


class RuleError(ValueError):
    """A rule that says something no rule may say. The message is for a person who wrote it by hand."""


@dataclass(frozen=True)
class Condition:
    """One test of one field, as a rule states it."""

    field: str
    test: str
    value: Any = None


def compile_rule(rule: Mapping[str, Any]) -> exp.Expression:
    """The condition a rule stands for, with its values in it as literals.

    Raises RuleError when the rule is not of the shape above, or uses what is not in FIELDS and TESTS.
    """
    groups = _listed(rule, "groups", MOST_GROUPS)
    return _joined(rule.get("match"), [_group(group) for group in groups])


def parameterised(condition: exp.Expression) -> tuple[str, dict[str, object]]:
    """The condition as SQL with every literal taken out, and the values to be bound in their place."""
    values: dict[str, object] = {}

    def bound(node: exp.Expression) -> exp.Expression:
        if not isinstance(node, exp.Literal):
            return node
        name = f"value_{len(values)}"
        values[name] = node.this if node.is_string else _number(node.this)
        return exp.Placeholder(this=name)

    return condition.copy().transform(bound).sql(dialect=DIALECT), values


def as_text(condition: exp.Expression) -> str:
    """The condition as a person reviews it and as the daily job runs it."""
    return condition.sql(dialect=DIALECT, pretty=True)


def _group(group: Any) -> exp.Expression:
    if not isinstance(group, Mapping):
        raise RuleError("a group must say `match` and `conditions`")
    return _joined(group.get("match"), [_condition(each) for each in _listed(group, "conditions", MOST_CONDITIONS)])


def _joined(match: Any, parts: list[exp.Expression]) -> exp.Expression:
    if match not in ("all", "any"):
        raise RuleError(f"`match` must be all or any, not {match!r}")
    joined: Any = exp.and_(*parts) if match == "all" else exp.or_(*parts)
    return joined


def _condition(stated: Any) -> exp.Expression:
    if not isinstance(stated, Mapping):
        raise RuleError("a condition must say `field`, `is` and `value`")
    condition = Condition(stated.get("field", ""), stated.get("is", ""), stated.get("value"))
    kind = FIELDS.get(condition.field)
    if kind is None:
        raise RuleError(f"{condition.field!r} is not a field of a rule")
    if condition.test not in TESTS[kind]:
        raise RuleError(f"{condition.field} cannot be asked whether it is {condition.test!r}")
    if kind == "purchase":
        return _purchase(condition)
    column = exp.column(condition.field)
    if condition.test == "unknown":
        return column.is_(exp.null())
    return _MEANINGS[condition.test](column, condition)


def _purchase(condition: Condition) -> exp.Expression:
    value = condition.value if isinstance(condition.value, Mapping) else {}
    category, days = value.get("category"), _whole(value.get("days"))
    if not isinstance(category, str) or not category:
        raise RuleError("a purchase must name a category")
    buyers = (
        sqlglot.select("customer_id")
        .from_(PURCHASES)
        .where(exp.column("category").eq(exp.Literal.string(category)))
        .where(exp.column("days_since_last_order") <= exp.Literal.number(days))
    )
    bought = exp.column("customer_id").isin(query=buyers)
    return bought if condition.test == "bought" else exp.not_(bought)


def _words(column: exp.Column, condition: Condition) -> exp.Expression:
    values = condition.value
    if (
        not isinstance(values, list)
        or not 0 < len(values) <= MOST_VALUES
        or not all(isinstance(v, str) for v in values)
    ):
        raise RuleError(f"{condition.field} needs a list of one to {MOST_VALUES} words")
    listed: Any = column.isin(*(exp.Literal.string(value) for value in values))
    # somebody of whom it is not known is none of them either
    others: Any = exp.or_(exp.not_(listed), column.copy().is_(exp.null()))
    return listed if condition.test == "one_of" else others


def _amount(condition: Condition) -> exp.Expression:
    value = condition.value
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or abs(value) > 1e15:
        raise RuleError(f"{condition.field} needs a number")
    return exp.Neg(this=exp.Literal.number(-value)) if value < 0 else exp.Literal.number(value)


def _day(condition: Condition) -> exp.Expression:
    try:
        return exp.cast(exp.Literal.string(date.fromisoformat(str(condition.value)).isoformat()), "date")
    except ValueError as problem:
        raise RuleError(f"{condition.field} needs a date such as 2026-01-31") from problem


def _within(column: exp.Column, condition: Condition) -> exp.Expression:
    days = exp.Literal.number(_whole(condition.value))
    return exp.DateDiff(this=exp.column("as_of_date"), expression=column, unit=exp.var("DAY")) <= days


_MEANINGS: dict[str, Callable[[exp.Column, Condition], exp.Expression]] = {
    "at_least": lambda column, condition: column >= _amount(condition),
    "at_most": lambda column, condition: column <= _amount(condition),
    "on_or_after": lambda column, condition: column >= _day(condition),
    "before": lambda column, condition: column < _day(condition),
    "within_days": _within,
    "one_of": _words,
    "none_of": _words,
    "yes": lambda column, _: column.is_(exp.true()),
    "no": lambda column, _: column.is_(exp.false()),
}


def _listed(stated: Mapping[str, Any], name: str, most: int) -> list[Any]:
    parts = stated.get(name)
    if not isinstance(parts, list) or not 0 < len(parts) <= most:
        raise RuleError(f"a rule needs one to {most} {name}")
    return parts


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 36_500:
        raise RuleError("a number of days must be whole, from 0 to 36500")
    return value


def _number(text: str) -> int | float:
    return int(text) if text.isdigit() else float(text)
