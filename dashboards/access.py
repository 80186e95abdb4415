"""Who is looking, and what may they see? Deny by default: what data/access.yml does not grant is refused.

Belongs here: the policy file, the visitor's identity and rights, and how small groups are hidden. Does not belong here:
which file is opened for whom (shop_window), and what is written down about it (audit).
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st
import yaml

from dashboards.text import escape, md, t, word

PAGES = ("business", "segments", "builder", "customer", "leaving", "retention", "trust", "models", "about")
RIGHTS = ("rows", "people", "export", "save", "decide")
LIMITS = ("region", "owner_id", "first_channel")  # columns by which rows may be limited
EVERY_ROW = "true"  # the limit of who may see all
LOOPBACK = ("127.0.0.1", "localhost", "::1")

_VISITOR = "access.visitor"


class PolicyError(Exception):
    """The policy file is missing or says something that nobody understands. Nobody gets in until it is mended."""


class NotAllowedError(Exception):
    """The visitor's role does not have the right. The page should not have offered it."""


@dataclass(frozen=True)
class Visitor:
    """Somebody the policy lets in. `rows` limits lists of customers: column -> the values that may be seen."""

    name: str
    role: str
    pages: tuple[str, ...]
    rights: frozenset[str]
    rows: Mapping[str, Sequence[str]] = field(default_factory=dict)
    is_single_user: bool = False
    smallest_group: int = 10


def admit() -> Visitor | None:
    """Let the visitor in, or say on the page why not and return None. Reads the policy anew, so a change holds at once.

    Raises:
        PolicyError: the policy file cannot be understood.
    """
    policy = _policy()
    single = policy["single_user"]
    name = single["name"] if single.get("is_on") is True else _signed_in()
    if name is None:
        return None
    visitor = _visitor(policy, name)
    if visitor is None:
        st.title(t("access.denied"))
        st.markdown(md("access.unknown", name=name))
        _offer_sign_out()
        return None
    st.session_state[_VISITOR] = visitor
    with st.sidebar:
        if visitor.is_single_user:
            st.caption(md("access.single_user", role=word("role", visitor.role)))
        else:
            st.caption(f"{escape(name)} · {word('role', visitor.role)}")
            _offer_sign_out()
    return visitor


def visitor() -> Visitor:
    """Who this rerun is for. `admit` must have let them in."""
    return st.session_state[_VISITOR]


def may(right: str) -> bool:
    """Whether the visitor's role has the right, one of RIGHTS."""
    return right in visitor().rights


def demand(right: str) -> None:
    """Raise NotAllowedError unless the visitor has the right: for what a forged request might ask."""
    if not may(right):
        raise NotAllowedError(f"the role {visitor().role!r} has no right {right!r}")


def row_limit(columns: frozenset[str]) -> tuple[str, dict[str, object]]:
    """A condition, and its parameters, for tables that have `columns`: only the rows this visitor may see.

    A limit on a column that the table does not have lets nothing through.
    """
    conditions, parameters = [EVERY_ROW], {}
    for column, values in visitor().rows.items():
        parameters[f"only_{column}"] = list(values)
        conditions.append(f"list_contains($only_{column}, {column})" if column in columns else "false")
    return " and ".join(conditions), {k: v for k, v in parameters.items() if k.removeprefix("only_") in columns}


def hides(count: float | None) -> bool:
    """Whether a group of that many customers is too small for this visitor. Nobody at all is no secret."""
    if count is None or pd.isna(count):
        return False
    return 0 < count < visitor().smallest_group and not may("people")


def hide_small_groups(frame: pd.DataFrame, count: str, *figures: str) -> pd.DataFrame:
    """The frame, with `count` and the figures of groups too small for this visitor emptied.

    One hidden group could be worked out from a total, so the smallest group that is left is then hidden with it.
    """
    small = frame[count].map(hides).astype(bool)
    if small.sum() == 1 and (rest := frame.loc[~small & (frame[count] > 0), count]).size:
        small |= frame.index == rest.astype(float).idxmin()
    hidden = frame.copy()
    for name in (count, *figures):
        hidden[name] = hidden[name].mask(small)
    return hidden


def _policy() -> dict[str, Any]:
    path = Path(os.environ.get("CRM_ACCESS") or Path(__file__).parents[1] / "data" / "access.yml")
    try:
        policy = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, role in policy["roles"].items():
            if unknown := {*role["pages"]} - {*PAGES} | {*role["rights"]} - {*RIGHTS}:
                raise PolicyError(f"{path}: the role {name!r} names what there is not: {', '.join(sorted(unknown))}")
        for name, user in (policy.get("users") or {}).items():
            if unknown := {*user.get("rows", {})} - {*LIMITS}:
                raise PolicyError(f"{path}: rows of {name!r} cannot be limited by {', '.join(sorted(unknown))}")
        return {"users": policy.get("users") or {}, "single_user": policy.get("single_user") or {}} | {
            "roles": policy["roles"],
            "smallest_group": int(policy["smallest_group"]),
        }
    except (OSError, yaml.YAMLError, LookupError, TypeError, AttributeError, ValueError) as problem:
        raise PolicyError(f"{path}: {problem!r}") from problem


def _visitor(policy: dict[str, Any], name: str) -> Visitor | None:
    single = policy["single_user"]
    is_single = single.get("is_on") is True
    if is_single and st.get_option("server.address") not in LOOPBACK:
        return None
    user = single if is_single else policy["users"].get(name, {})
    role = policy["roles"].get(user.get("role"))
    if role is None:
        return None
    pages = tuple(page for page in PAGES if page in role["pages"])
    rights, rows = frozenset(role["rights"]), user.get("rows", {})
    return Visitor(name, user["role"], pages, rights, rows, is_single, policy["smallest_group"])


def _signed_in() -> str | None:
    if st.user.get("is_logged_in"):
        is_vouched_for = st.user.get("email_verified", True) is True
        return str(st.user.get("email") or "").lower() if is_vouched_for else ""
    st.title(t("access.sign_in"))
    if "auth" in _secrets():
        st.button(t("access.sign_in"), on_click=st.login, icon=":material/login:", type="primary")
    else:
        st.markdown(t("access.nothing_set_up"))
    return None


def _offer_sign_out() -> None:
    if st.user.get("is_logged_in"):
        st.button(t("access.sign_out"), on_click=st.logout, icon=":material/logout:")


def _secrets() -> Mapping[str, Any]:
    try:
        return st.secrets.to_dict()
    except FileNotFoundError:
        return {}  # no secrets file: no provider
