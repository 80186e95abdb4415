"""What was damaged is what the truth says, to the row; and nothing else was touched."""

import csv
import io
from collections import defaultdict
from functools import cache
from pathlib import Path
from shutil import copytree

import pandas as pd
import pytest

from orchestration.world.mess.plan import KINDS, make_mess
from orchestration.world.mess.sheet import cells, split
from orchestration.world.refusal import ImpossibleWorldError
from tests.world.delivered import delivered, folder

KINDS_OF_DAMAGE = {
    *("late_rows", "delivered_twice", "corrected_later", "cut_short", "week_missing", "deleted_records"),
    *("merged_records", "column_renamed", "column_added", "columns_reordered", "column_missing"),
    *("excel_copy", "wrong_encoding", "preamble_and_total"),
}


@cache
def messy(level: int) -> Path:
    out = folder() / "out"
    copytree(delivered(), out)
    make_mess(out, level, seed=7)
    return out


def damages(kind: str) -> list[dict]:
    told = pd.read_parquet(messy(2) / "truth" / "damages.parquet")
    found = told[told["kind"] == kind].to_dict("records")
    assert found, kind
    return found


def test_every_kind_of_damage_happens_and_happens_once_when_there_is_some():
    some = pd.read_parquet(messy(1) / "truth" / "damages.parquet")
    assert set(some["kind"]) == KINDS_OF_DAMAGE
    assert some[some["kind"] != "week_missing"]["kind"].is_unique
    assert len(KINDS) == len(KINDS_OF_DAMAGE)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_only_the_files_the_truth_names_differ_from_the_clean_world(level: int):
    told = pd.read_parquet(messy(level) / "truth" / "damages.parquet")
    named = {path for column in ("file", "other_file") for path in told[column]} - {""}
    clean, dirty = _files(delivered()), _files(messy(level))
    changed = {path for path in clean.keys() | dirty.keys() if clean.get(path) != dirty.get(path)}
    assert changed <= named
    untouched = named - changed - set(told[told["kind"].isin(["delivered_twice", "wrong_encoding"])]["file"])
    assert untouched == set()


def test_the_same_seed_makes_the_same_mess():
    again = folder() / "out"
    copytree(delivered(), again)
    make_mess(again, 2, seed=7)
    assert _files(again) == _files(messy(2))


def test_a_level_that_does_not_exist_is_refused_in_a_sentence():
    with pytest.raises(ImpossibleWorldError, match="There is no mess of level 3"):
        make_mess(delivered(), 3, seed=7)


def test_late_rows_left_their_delivery_and_are_in_a_later_one_within_forty_days():
    for damage in damages("late_rows"):
        before, after = _rows(delivered(), damage["file"]), _rows(messy(2), damage["file"])
        late = [row for row in before if row[0] in set(damage["keys"])]
        assert after == [row for row in before if row not in late]
        assert len(late) == damage["rows_held_back"] > 0
        assert _rows(messy(2), damage["other_file"]) == _rows(delivered(), damage["other_file"]) + late
        lateness = pd.Timestamp(_day(damage["other_file"])) - pd.Timestamp(_day(damage["file"]))
        assert 0 < lateness.days <= 40


def test_what_was_delivered_twice_is_there_twice_with_equal_bytes():
    for damage in damages("delivered_twice"):
        one, other = (_files(messy(2))[damage[name]] for name in ("file", "other_file"))
        assert one == other == _files(delivered())[damage["file"]]
        assert damage["rows_repeated"] == len(_rows(delivered(), damage["file"])) or damage["file"].endswith("ndjson")


def test_a_correction_is_the_clean_file_and_the_first_was_wrong_in_so_many_rows():
    for damage in damages("corrected_later"):
        assert _files(messy(2))[damage["other_file"]] == _files(delivered())[damage["file"]]
        wrong, right = _rows(messy(2), damage["file"]), _rows(delivered(), damage["file"])
        assert sum(a != b for a, b in zip(wrong, right, strict=True)) == damage["rows_altered"] > 0


def test_a_file_cut_short_lost_as_many_rows_as_told():
    for damage in damages("cut_short"):
        whole, rest = (_files(out)[damage["file"]] for out in (delivered(), messy(2)))
        assert whole.startswith(rest)
        assert not rest.endswith(b"\n")
        text = whole.decode("gb18030" if "tmall" in damage["file"] else "utf-8")
        kept = rest.decode("gb18030" if "tmall" in damage["file"] else "utf-8", errors="ignore")
        assert len(split(text)) - (len(split(kept)) - 1) == damage["rows_lost"]


def test_a_missing_week_is_seven_deliveries_in_a_row():
    by_system = defaultdict(list)
    for damage in damages("week_missing"):
        assert damage["file"] not in _files(messy(2))
        assert damage["rows_lost"] == len(_rows(delivered(), damage["file"]))
        by_system[damage["file"].split("/")[0]].append(pd.Timestamp(_day(damage["file"])))
    for days in by_system.values():
        assert sorted(days) == list(pd.date_range(min(days), periods=7))


def test_deleted_and_merged_records_are_marked_or_gone():
    for damage in damages("deleted_records"):
        before, after = _table(delivered(), damage["file"]), _table(messy(2), damage["file"])
        if damage["rows_lost"]:
            assert set(before) - set(after) == set(damage["keys"])
            assert len(before) - len(after) == damage["rows_lost"]
        else:
            marked = {key for key in after if after[key].get("IsDeleted") != before[key].get("IsDeleted")}
            assert marked == set(damage["keys"])
    for damage in damages("merged_records"):
        before, after = _table(delivered(), damage["file"]), _table(messy(2), damage["file"])
        for key in damage["keys"]:
            assert after[key]["IsDeleted"] == "1"
            assert after[after[key]["MasterRecordId"]]["IsDeleted"] == before[after[key]["MasterRecordId"]]["IsDeleted"]
            assert _mailbox(after[key]) == _mailbox(after[after[key]["MasterRecordId"]])


@pytest.mark.parametrize("kind", ["column_added", "columns_reordered", "column_missing", "column_renamed"])
def test_damaged_headers_shift_no_cell(kind: str):
    for damage in damages(kind):
        before, after = (_records(out, damage["file"]) for out in (delivered(), messy(2)))
        new = set(after[0]) - set(before[0])
        gone = set(before[0]) - set(after[0])
        assert (len(new), len(gone)) == {
            "column_added": (1, 0),
            "columns_reordered": (0, 0),
            "column_missing": (0, 1),
            "column_renamed": (1, 1),
        }[kind]
        for one, other in zip(before, after, strict=True):
            assert {k: v for k, v in one.items() if k not in gone} == {k: v for k, v in other.items() if k not in new}


def test_a_copy_saved_in_a_spreadsheet_has_lost_what_spreadsheets_lose():
    for damage in damages("excel_copy"):
        content = _files(messy(2))[damage["file"]]
        assert content.startswith(b"\xef\xbb\xbf")
        found = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
        before = list(csv.reader(io.StringIO(_text(delivered(), damage["file"]), newline="")))
        assert [len(row) for row in found] == [len(row) for row in before]
        assert sum(a != b for a, b in zip(found[1:], before[1:], strict=True)) == damage["rows_altered"]


def test_another_encoding_keeps_every_character():
    for damage in damages("wrong_encoding"):
        clean = _text(delivered(), damage["file"])
        other = "utf-8" if "tmall" in damage["file"] else "gb18030"
        assert _files(messy(2))[damage["file"]].decode(other) == clean


def test_lines_above_and_below_are_the_only_difference():
    for damage in damages("preamble_and_total"):
        lines, clean = _text(messy(2), damage["file"]).splitlines(), _text(delivered(), damage["file"]).splitlines()
        assert lines[3:-1] == clean
        assert lines[-1].startswith("合计,")


@pytest.mark.parametrize(
    ("record", "found"),
    [
        ("a,,c", ["a", "", "c"]),
        ('"a,b",c', ['"a,b"', "c"]),
        ('="1","x ""y"", z"', ['="1"', '"x ""y"", z"']),
        ("", [""]),
    ],
)
def test_cells_are_found_with_their_quotes(record: str, found: list[str]):
    assert cells(record) == found


@cache
def _files(out: Path) -> dict[str, bytes]:
    inbox = out / "inbox"
    return {str(file.relative_to(inbox)): file.read_bytes() for file in sorted(inbox.rglob("*")) if file.is_file()}


def _text(out: Path, path: str) -> str:
    return _files(out)[path].decode("gb18030" if "tmall" in path else "utf-8")


def _rows(out: Path, path: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(_text(out, path), newline="")))[1:]


def _records(out: Path, path: str) -> list[dict]:
    return list(csv.DictReader(io.StringIO(_text(out, path), newline="")))


def _table(out: Path, path: str) -> dict[str, dict]:
    return {next(iter(row.values())): row for row in _records(out, path)}


def _day(path: str) -> str:
    return path.split("/")[1]


def _mailbox(row: dict) -> str:
    return row["Email"].strip().lower()
