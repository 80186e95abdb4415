"""What must never be in the tree: rooms without a purpose, modules without a word, traces of a machine, loose ends."""

import ast
import re
from pathlib import Path

import pytest

from tests.policy.tree import CHECKOUT, ROOMS, committed_files, modules_of

NO_PURPOSE = {"utils", "util", "helpers", "helper", "common", "lib", "core", "base", "manager", "misc", "shared"}
MACHINE_PATH = re.compile(r"/work/(?:main|shared|\.)|(?<![\w.}])/(?:root|home|Users|mnt)/\w")
LOOSE_END = re.compile(r"\b(?:TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b|\braise NotImplemented[E]rror\b")
PROSE = {".py", ".sql", ".yml", ".yaml", ".toml", ".md", ".txt", ".csv", ".j2", ".svg", ".json", ".lock", ".sh", ""}


def text_of(path: Path) -> str:
    # The marketplace's sample is in GB18030, as its exports are; what is looked for is not in Chinese.
    return path.read_text(encoding="utf-8", errors="replace") if path.suffix in PROSE else ""


def found_in(path: Path, pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(CHECKOUT)}:{number}: {line.strip()}"
        for number, line in enumerate(text_of(path).splitlines(), start=1)
        if pattern.search(line)
    ]


def test_every_module_and_folder_is_named_for_what_is_in_it():
    named = {part for path in modules_of(*ROOMS) for part in path.relative_to(CHECKOUT).with_suffix("").parts}
    assert named & NO_PURPOSE == set()


@pytest.mark.parametrize("path", modules_of(*ROOMS), ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_every_module_opens_by_saying_what_belongs_in_it(path: Path):
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring
    assert docstring.partition("\n\n")[0].endswith((".", "?", ":"))


def test_no_file_knows_a_path_of_somebodys_machine():
    assert [place for path in committed_files() for place in found_in(path, MACHINE_PATH)] == []


def test_no_file_has_a_loose_end():
    assert [place for path in committed_files() for place in found_in(path, LOOSE_END)] == []


def test_no_test_is_switched_off():
    switched_off = re.compile(r"\bmark\.(?:x[f]ail|sk[i]p)\b")
    tests = [path for path in committed_files() if path.is_relative_to(CHECKOUT / "tests")]
    assert [place for path in tests for place in found_in(path, switched_off)] == []


@pytest.mark.parametrize(
    ("pattern", "line", "seen"),
    [
        (MACHINE_PATH, 'open("/ho' + 'me/ada/x.csv")', True),
        (MACHINE_PATH, "cd /wo" + "rk/main", True),
        (MACHINE_PATH, "data/work/LOCK", False),
        (MACHINE_PATH, "~ '/work/core.duckdb'", False),
        (MACHINE_PATH, "{data}/home/index", False),
        (LOOSE_END, "# TO" + "DO: later", True),
        (LOOSE_END, "def todo_list():", False),
    ],
)
def test_this_test_sees_what_it_looks_for(pattern: re.Pattern[str], line: str, seen: bool):
    assert bool(pattern.search(line)) == seen
