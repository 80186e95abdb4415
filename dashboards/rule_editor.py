"""The widgets in which a person states a segment's rule: groups of conditions, joined by all or any.

Belongs here: drawing a rule and reading it back as plain data. Does not belong here: what it means in SQL
(segment_rules), or whom it finds (the page).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from dashboards.behind import as_address
from dashboards.code_names import name_of
from dashboards.definitions import definition
from dashboards.segment_rules import FIELDS, MOST_CONDITIONS, MOST_GROUPS, TESTS, RuleError, compile_rule
from dashboards.shop_window import columns, current, show
from dashboards.text import t, word

DAY_FORMAT = "YYYY-MM-DD"

_RULE, _ROUND, _WRITTEN = "rule", "rule_editor.round", "rule_editor.written"
START = {
    "match": "all",
    "groups": [{"match": "all", "conditions": [{"field": "order_count", "is": "at_least", "value": 1}]}],
}
_WORDS = """
select {column} as value, count(*) as customer_count
from {table}
where {column} is not null
group by {column}
order by customer_count desc, value
limit 200
"""
_FIRST_VALUES = {"number": 1.0, "share": 0.5}


@dataclass(frozen=True)
class Place:
    """Where a condition stands, for the keys of its widgets: they change with every rule that is loaded."""

    round: int
    group: int
    condition: int

    def key(self, part: str) -> str:
        return f"rule-{self.round}-{self.group}-{self.condition}-{part}"


def load(rule: Mapping[str, Any]) -> None:
    """Put a rule into the editor in place of what is there."""
    st.session_state[_RULE] = json.loads(json.dumps(rule))
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def edit() -> dict[str, Any]:
    """Draw the rule and return it as it now reads. Its first form is that of the address, else START; an address that
    this page did not write (a link from another page) begins anew."""
    asked = st.query_params.get("rule")
    if asked is not None and asked != st.session_state.get(_WRITTEN):
        load(_from_address() or st.session_state.get(_RULE, START))
    elif _RULE not in st.session_state:
        load(START)
    stated = st.session_state[_RULE]
    round_ = st.session_state[_ROUND]
    match = (
        _match(stated["match"], f"rule-{round_}-match", t("builder.groups_match"))
        if len(stated["groups"]) > 1
        else stated["match"]
    )
    groups = [_draw_group(number, group, len(stated["groups"])) for number, group in enumerate(stated["groups"])]
    if len(groups) < MOST_GROUPS:
        st.button(t("builder.add_group"), key=f"rule-{round_}-add", icon=":material/add:", on_click=_add_group)
    rule = {"match": match, "groups": groups}
    st.session_state[_RULE] = rule
    st.session_state[_WRITTEN] = st.query_params["rule"] = as_address(rule)
    return rule


def fields() -> list[str]:
    """The fields a rule may use on this version: those it has."""
    present = columns("marts.customer_360")
    has_purchases = bool(columns("marts.customer_categories"))
    return [name for name in FIELDS if name in present or (name == "purchase" and has_purchases)]


def _from_address() -> dict[str, Any] | None:
    try:
        rule = json.loads(st.query_params.get("rule", ""))
        compile_rule(rule)
    except (ValueError, AttributeError, TypeError):
        return None  # not a rule of ours: begin anew
    except RuleError:
        return None
    used = {each["field"] for group in rule["groups"] for each in group["conditions"]}
    return rule if used <= {*fields()} else None


def _draw_group(number: int, group: dict[str, Any], group_count: int) -> dict[str, Any]:
    round_ = st.session_state[_ROUND]
    with st.container(border=True):
        match = group["match"]
        if len(group["conditions"]) > 1:
            match = _match(match, f"rule-{round_}-{number}-match", t("builder.conditions_match"))
        conditions = [
            _draw_condition(Place(round_, number, place), condition)
            for place, condition in enumerate(group["conditions"])
        ]
        with st.container(horizontal=True):
            if len(conditions) < MOST_CONDITIONS:
                st.button(
                    t("builder.add_condition"),
                    key=f"rule-{round_}-{number}-add",
                    icon=":material/add:",
                    type="tertiary",
                    on_click=_add_condition,
                    args=(number,),
                )
            if group_count > 1:
                st.button(
                    t("builder.remove_group"),
                    key=f"rule-{round_}-{number}-remove",
                    icon=":material/delete:",
                    type="tertiary",
                    on_click=_remove,
                    args=(number, None),
                )
    return {"match": match, "conditions": conditions}


def _match(now: str, key: str, label: str) -> str:
    names = {code: word("match", code) for code in ("all", "any")}
    return st.segmented_control(label, list(names), format_func=names.__getitem__, default=now, required=True, key=key)


def _draw_condition(place: Place, condition: dict[str, Any]) -> dict[str, Any]:
    offered = fields()
    names = {name: t(f"column.{name}") for name in offered}
    what, how, which, away = st.columns([3, 2, 4, 1], vertical_alignment="bottom")
    with what:
        name = st.selectbox(
            t("builder.field"),
            offered,
            index=offered.index(condition["field"]),
            format_func=names.__getitem__,
            key=place.key("field"),
            help=definition(condition["field"]),
        )
    kind = FIELDS[name]
    with how:
        tests = TESTS[kind]
        asked = {code: word("test", code) for code in tests}
        test = st.selectbox(
            t("builder.test"),
            tests,
            index=tests.index(condition["is"]) if condition["is"] in tests else 0,
            format_func=asked.__getitem__,
            key=place.key(f"test-{kind}"),
        )
    kept = condition.get("value") if name == condition["field"] else None
    with which:
        value = _draw_value(place, name, test, kept)
    with away:
        st.button(
            "",
            key=place.key("remove"),
            icon=":material/close:",
            type="tertiary",
            help=t("builder.remove_condition"),
            on_click=_remove,
            args=(place.group, place.condition),
        )
    stated = {"field": name, "is": test}
    return stated if value is None else stated | {"value": value}


def _draw_value(place: Place, name: str, test: str, kept: Any) -> Any:
    key = place.key(f"value-{name}-{test}")
    kind = FIELDS[name]
    if test in ("unknown", "yes", "no"):
        return None
    if kind == "purchase":
        return _draw_purchase(place, kept if isinstance(kept, dict) else {})
    if kind == "word":
        listed = _values("marts.customer_360", name)
        chosen = [value for value in kept if value in listed] if isinstance(kept, list) else []
        return st.multiselect(
            t("builder.values"), listed, chosen, key=key, format_func=lambda code: name_of(name, code)
        )
    if test == "within_days":
        return st.number_input(t("builder.days"), 0, 36_500, kept if isinstance(kept, int) else 30, key=key)
    if kind == "date":
        day = date.fromisoformat(kept) if isinstance(kept, str) else current().as_of_date
        return st.date_input(t("builder.date"), day, key=key, format=DAY_FORMAT).isoformat()
    first = kept if isinstance(kept, int | float) else _FIRST_VALUES[kind]
    return _plain(
        st.number_input(
            t("builder.number"), value=float(first), key=key, step=0.05 if kind == "share" else 1.0, format="%g"
        )
    )


def _draw_purchase(place: Place, kept: dict[str, Any]) -> dict[str, Any]:
    left, right = st.columns(2)
    listed = _values("marts.customer_categories", "category")
    with left:
        index = listed.index(kept["category"]) if kept.get("category") in listed else 0
        names = {code: name_of("category", code) for code in listed}
        category = st.selectbox(
            t("column.category"), listed, index=index, key=place.key("category"), format_func=names.__getitem__
        )
    with right:
        days = st.number_input(t("builder.days"), 1, 36_500, kept.get("days", 90), key=place.key("days"))
    return {"category": category, "days": days}


def _values(table: str, column: str) -> list[str]:
    return list(show(_WORDS.format(column=column, table=table))["value"])


def _plain(value: float) -> float | int:
    return int(value) if value.is_integer() else value


def _add_group() -> None:
    rule = st.session_state[_RULE]
    load(rule | {"groups": [*rule["groups"], START["groups"][0]]})


def _add_condition(group: int) -> None:
    rule = st.session_state[_RULE]
    rule["groups"][group]["conditions"].append({"field": "order_count", "is": "at_least", "value": 1})
    load(rule)


def _remove(group: int, condition: int | None) -> None:
    rule = st.session_state[_RULE]
    if condition is None or len(rule["groups"][group]["conditions"]) == 1:
        del rule["groups"][group]
    else:
        del rule["groups"][group]["conditions"][condition]
    load(rule if rule["groups"] else START)
