"""Decisions of humans: the last one holds, contradictions are refused with their path."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestration.identity.overrides import Author, ContradictionError, append, between, in_force

ADA = Author("ada", datetime(2026, 1, 1, tzinfo=UTC), "told on the phone")


def test_a_decision_taken_back_is_as_if_never_made(tmp_path: Path):
    file = tmp_path / "identity.csv"
    append(file, [between("together", "b", "a")], ADA)
    append(file, [between("undo", "a", "b")], ADA)
    assert in_force(file) == []
    assert len(file.read_text().splitlines()) == 3


def test_a_later_decision_about_a_pair_replaces_the_earlier(tmp_path: Path):
    file = tmp_path / "identity.csv"
    append(file, [between("together", "a", "b")], ADA)
    append(file, [between("apart", "b", "a")], ADA)
    assert in_force(file) == [between("apart", "a", "b")]


def test_a_contradiction_is_refused_with_its_path_and_leaves_the_file_as_it_was(tmp_path: Path):
    file = tmp_path / "identity.csv"
    append(file, [between("together", "a", "b"), between("together", "b", "c")], ADA)
    before = file.read_bytes()
    with pytest.raises(ContradictionError, match="a = b = c"):
        append(file, [between("apart", "a", "c")], ADA)
    assert file.read_bytes() == before


def test_a_line_that_is_no_decision_is_named(tmp_path: Path):
    file = tmp_path / "identity.csv"
    file.write_text("decided_at,decided_by,decision,record_a,record_b,reason\n2026,me,marry,a,b,\n")
    with pytest.raises(ValueError, match="Line 2"):
        in_force(file)
