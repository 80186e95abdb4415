"""Saved segments: one YAML file each under $CRM_DATA/segments, for people to review and for the daily job to evaluate.

Belongs here: reading and writing the files. Does not belong here: what a rule means (segment_rules), or how many
customers a segment has; that is counted by the daily job and published as marts.saved_segments.

`where` is what is evaluated. `rule` is the same as the page edits it; a file whose `where` was written by hand has
none, or one that no longer says the same, and is shown but not edited here.
"""

import os
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st
import yaml

from dashboards import clock
from dashboards.access import demand, visitor
from dashboards.segment_rules import RuleError, as_text, compile_rule
from dashboards.shop_window import data_folder

NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")  # a file, a value of marts.segment_members, a word in the address


class OverwriteError(Exception):
    """Somebody has saved the segment since the page read it. Read theirs first."""


@dataclass(frozen=True)
class Segment:
    """A saved segment. `rule` is None where the condition was written by hand."""

    name: str
    title: str
    version: int
    owner: str
    expires_on: date
    where: str
    rule: dict[str, Any] | None = None
    history: list[dict[str, Any]] = field(default_factory=list)


def folder() -> Path:
    """Where the files lie."""
    return data_folder() / "segments"


def saved() -> dict[str, Segment]:
    """Every segment that can be read, by name. The daily job names those that cannot."""
    paths = sorted(folder().glob("*.yml"))
    found = (_read(str(path), path.stat().st_mtime_ns) for path in paths if NAME.fullmatch(path.stem))
    return {segment.name: segment for segment in found if segment}


def save(segment: Segment) -> Segment:
    """Write the next version of a segment; `segment.version` is the one it replaces, 0 for a new name.

    Raises OverwriteError when another version stands there by now, ValueError for a name that is none.
    """
    demand("save")
    if not NAME.fullmatch(segment.name):
        raise ValueError("a name is made of small letters, digits and underscores, and begins with a letter")
    before = saved().get(segment.name)
    if (before.version if before else 0) != segment.version:
        raise OverwriteError(segment.name)
    history = [*before.history, _entry(before)] if before else []
    after = Segment(
        segment.name,
        " ".join(segment.title.split())[:80],
        segment.version + 1,
        visitor().name,
        segment.expires_on,
        segment.where,
        segment.rule,
        history,
    )
    _write(folder() / f"{segment.name}.yml", after)
    return after


def _entry(segment: Segment) -> dict[str, Any]:
    return {"version": segment.version, "owner": segment.owner, "where": segment.where}


def _write(path: Path, segment: Segment) -> None:
    stated = {
        "title": segment.title,
        "version": segment.version,
        "owner": segment.owner,
        "saved_at": clock.now().isoformat(timespec="seconds"),
        "expires_on": segment.expires_on,
        "where": segment.where,
        "rule": segment.rule,
        "history": segment.history,
    }
    path.parent.mkdir(exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(yaml.safe_dump(stated, sort_keys=False, allow_unicode=True, width=120), encoding="utf-8")
    os.replace(draft, path)


@st.cache_data(max_entries=500, show_spinner=False)
def _read(path: str, changed_at: int) -> Segment | None:
    """`changed_at` makes a changed file a new question to the cache."""
    try:
        stated = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        return Segment(
            Path(path).stem,
            str(stated["title"]),
            int(stated["version"]),
            str(stated["owner"]),
            stated["expires_on"],
            str(stated["where"]),
            _editable(stated.get("rule"), str(stated["where"])),
            list(stated.get("history") or []),
        )
    except (yaml.YAMLError, LookupError, TypeError, ValueError):
        return None


def _editable(rule: Any, where: str) -> dict[str, Any] | None:
    try:
        return rule if as_text(compile_rule(rule)).split() == where.split() else None
    except (RuleError, AttributeError):
        return None
