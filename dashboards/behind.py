"""From a number to the customers behind it: a link that opens the segment builder with the rule that finds them.

Belongs here: how such links are drawn, and for whom. Does not belong here: the rules, which stand with the numbers.
"""

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboards import access
from dashboards.text import language, t


def offer(rules: Mapping[str, Mapping[str, Any]]) -> None:
    """One link a number: its words, and the condition (segment_rules) that all its customers meet and nobody else."""
    if "builder" not in access.visitor().pages:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(t("behind.title"), width="content")
        for label, condition in rules.items():
            rule = {"match": "all", "groups": [{"match": "all", "conditions": [dict(condition)]}]}
            st.page_link(
                "app_pages/builder.py",
                label=label,
                icon=":material/filter_alt:",
                query_params={"rule": as_address(rule), "lang": language()},
            )


def as_address(rule: Mapping[str, Any]) -> str:
    """A rule as it stands in the address of the builder."""
    return json.dumps(rule, ensure_ascii=False, separators=(",", ":"))
