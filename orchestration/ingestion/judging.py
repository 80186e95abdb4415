"""From the records of a file to rows in canonical spelling, each with its hash and the first rule it breaks.

Records come as the temporary table `records` (cells as they arrived, `_broken`, `_original`), in the order of the
file; rows are the temporary view `arrived`. What is loaded of them is decided in `load.py`. A first look at all cells
tells which columns need cleaning and which rules are broken at all; of a clean file nothing is written a second time.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from orchestration.ingestion import cleaning
from orchestration.ingestion.contract_model import Column, Contract
from orchestration.ingestion.glance import Glance, glance_over, row_text
from orchestration.ingestion.rules import Rule, first_broken, rules_of
from orchestration.ingestion.sources import Source

SMALL_ROWS = 20_000


@dataclass(frozen=True)
class _Work:
    """What a file needs: columns to be cleaned, and rules to hold its rows against."""

    reading: cleaning.Reading
    cleaned: list[Column]
    rules: list[Rule]
    has_separators: bool

    @property
    def contract(self) -> Contract:
        return self.reading.contract


def judge(connection: duckdb.DuckDBPyConnection, source: Source) -> list[tuple[str, str, int]]:
    """Define `arrived`; returns what was found out on the way, as (finding, column, cells)."""
    contract = source.contract
    work = _look_over(connection, source)
    reading = work.reading
    if work.cleaned or work.rules or contract.is_grouped:
        with _without_long_planning(connection):
            connection.execute(f"create or replace temp table judged as {_judged(work)}")
        connection.execute("create or replace temp view arrived as select * from judged")
    else:
        connection.execute(f"create or replace temp view arrived as {_judged(work)}")
    if contract.grain.kind == "continuation":
        _set_aside_orphans(connection, contract)
    findings = list(_masked(connection, contract))
    if reading.day_first is not None:
        findings.append(("day_first" if reading.day_first else "month_first", "", 0))
    return findings


@contextmanager
def _without_long_planning(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """For a small file, planning a statement over 79 columns takes three times as long as running it."""
    small = connection.execute("select count(*) < ? from records", [SMALL_ROWS]).fetchone()
    if small != (True,):
        yield
        return
    connection.execute("pragma disable_optimizer")
    try:
        yield
    finally:
        connection.execute("pragma enable_optimizer")


def _look_over(connection: duckdb.DuckDBPyConnection, source: Source) -> _Work:
    """The columns in which this file has a cell out of its canonical spelling, and the rules that may be broken.

    A column whose cells are all in their canonical spelling keeps the rule of its type; every other rule is tried.
    """
    contract, reading = source.contract, cleaning.Reading(source.contract)
    asked, early = _asked(reading)
    glance = glance_over(contract.columns, reading, row_text(column.name for column in contract.columns))
    tests = [(c.name, test) for c, test in asked] + [(rule.column, rule.broken) for rule in early]
    found = _answers(connection, glance, tests)
    cleaned = [column for (column, _), is_needed in zip(asked, found, strict=False) if is_needed]
    broken = {rule for rule, is_broken in zip(early, found[len(asked) :], strict=True) if is_broken}
    names = {column.name for column in cleaned}
    rules = [rule for rule in rules_of(contract) if rule in broken or rule.column in names or rule.is_of_line]
    if any(column.type in ("date", "timestamp") for column in cleaned):
        reading = cleaning.Reading(contract, _day_order(connection, contract))
    return _Work(reading, cleaned, rules, source.arrival.has_separators)


def _asked(reading: cleaning.Reading) -> tuple[list[tuple[Column, str]], list[Rule]]:
    """What is asked of cells as they arrived: (column, SQL condition that it needs cleaning), and rules to be kept."""
    contract = reading.contract
    asked = [(c, test) for c in contract.columns if (test := cleaning.needs_cleaning(c, reading)) is not None]
    settled = {column.name for column, _ in asked}
    # What stands on the first line only can be judged once lines are numbered.
    early = [
        rule for rule in rules_of(contract) if not ((rule.is_of_type and rule.column in settled) or rule.is_of_line)
    ]
    return asked, early


def is_plain(contract: Contract, text: str) -> str:
    """SQL condition over records: no cell of the row needs cleaning, and the row breaks no rule; never null.

    `text` is SQL for the row's `row_text`.

    May be too strict, never too lax. Not for feeds of lines, whose rows cannot be judged one by one.
    """
    reading = cleaning.Reading(contract)
    asked, early = _asked(reading)
    glance = glance_over(contract.columns, reading, text)
    tests = [(column.name, test) for column, test in asked] + [(rule.column, rule.broken) for rule in early]
    doubts = [glance.is_doubtful, *(test for name, test in tests if name not in glance.columns)]
    return f"_broken is null and not ({' or '.join(f'coalesce({doubt}, false)' for doubt in doubts)})"


def _answers(connection: duckdb.DuckDBPyConnection, glance: Glance, tests: Sequence[tuple[str, str]]) -> list[bool]:
    """For each (column, SQL condition) whether any record fulfils it. Records that a glance settles are not asked."""
    asked = {True: [test for name, test in tests if name in glance.columns]}
    asked[False] = [test for name, test in tests if name not in glance.columns]
    flags = ", ".join(f"coalesce(bool_or({test}), false)" for test in [glance.is_doubtful, *asked[False]])
    is_doubtful, *others = connection.execute(f"select {flags} from records").fetchone() or (True,)
    settled = [False] * len(asked[True])
    if is_doubtful and asked[True]:
        flags = ", ".join(f"coalesce(bool_or({test}), false)" for test in asked[True])
        settled = list(connection.execute(f"select {flags} from records where {glance.is_doubtful}").fetchone() or ())
    answers = {True: iter(settled), False: iter(others)}
    return [bool(next(answers[name in glance.columns])) for name, _ in tests]


def _judged(work: _Work) -> str:
    contract, cleaned = work.contract, work.cleaned
    rows = _lined(work) if contract.is_grouped else _canonical(work.reading, cleaned)
    names, changed = [column.name for column in contract.columns], {column.name for column in cleaned}
    hashed = [f"coalesce({name}, _raw_{name})" if name in changed else name for name in names]
    own = ["_row_number", "_line_number"] if contract.is_grouped else ["_row_number"]
    as_arrived = ", ".join(f"{name}: _raw_{name}" if name in changed else f"{name}: {name}" for name in names)
    disagrees = "when _disagrees then 'order_disagrees' " if contract.is_grouped else ""
    return f"""
        select {", ".join([*names, *own])}, _as_arrived, _row_hash, _rule,
            case when _rule is not null then coalesce(_original, to_json({{{as_arrived}}})::varchar) end as _original
        from (
            select *, {_changed(cleaned)} as _as_arrived, {row_hash(hashed, work.has_separators)} as _row_hash,
                {first_broken(work.rules, disagrees)} as _rule
            from ({rows})
        )
    """


def row_hash(cells: list[str], has_separators: bool) -> str:
    """SQL for the hash of all cells, put together so that no two different rows read the same.

    The mark between cells is escaped where it stands in a cell; bytes tell whether a file can hold it at all.
    """
    if has_separators:
        cells = [f"replace(replace({cell}, chr(30), chr(30) || 'a'), chr(31), chr(30) || 'b')" for cell in cells]
    return f"md5({row_text(cells)})"


def _canonical(reading: cleaning.Reading, cleaned: list[Column], records: str = "records") -> str:
    """Records in canonical spelling; beside each cleaned cell stands `_raw_<column>`, the cell as it arrived."""
    rows = f"select *, rowid + 1 as _row_number from {records}"
    if not cleaned:
        return rows
    names = [column.name for column in cleaned]
    bare = ", ".join(f"{cleaning.bare(c, c.name, reading)} as _bare_{c.name}" for c in cleaned)
    values = ", ".join(f"{cleaning.value(c, f'_bare_{c.name}', reading)} as _value_{c.name}" for c in cleaned)
    parts = ", ".join(f"{cleaning.parts(c, f'_value_{c.name}', reading)} as _parts_{c.name}" for c in cleaned)
    canonical = ", ".join(
        f"{cleaning.canonical(c, f'_value_{c.name}', f'_parts_{c.name}', reading)} as {c.name}" for c in cleaned
    )
    raw = ", ".join(f"{name} as _raw_{name}" for name in names)
    steps = ", ".join(f"_{step}_{name}" for name in names for step in ("bare", "value", "parts"))
    rows = f"select *, {bare} from ({rows})"
    rows = f"select *, {values} from ({rows})"
    rows = f"select *, {parts} from ({rows})"
    return f"select * exclude ({', '.join(names)}, {steps}), {canonical}, {raw} from ({rows})"


def _changed(cleaned: list[Column]) -> str:
    """SQL for the cells that cleaning has changed, as they arrived: a JSON object, or null when none was."""
    if not cleaned:
        return "cast(null as varchar)"
    any_changed = " or ".join(f"{c.name} is distinct from _raw_{c.name}" for c in cleaned)
    pairs = ", ".join(f"{{'k': '{c.name}', 'v': _raw_{c.name}, 'now': {c.name}}}" for c in cleaned)
    changed = f"list_filter([{pairs}], lambda _one: _one.v is distinct from _one.now)"
    return f"""case when {any_changed} then cast(to_json(map_from_entries(
        list_transform({changed}, lambda _one: struct_pack(k := _one.k, v := _one.v)))) as varchar) end"""


def _lined(work: _Work) -> str:
    """Rows of an order, numbered, with what identifies the order carried down, and whether they agree.

    Numbers come from keys alone: a window carries along every column it is given, and of a large export that is many
    times the file.
    """
    contract = work.contract
    key = ", ".join(contract.key)
    firsts = "".join(
        f", first_value({name}) over (partition by {key} order by _row_number) as _first_{name}"
        for name in contract.grain.fill
    )
    filled = ", ".join(f"coalesce(lines.{name}, places._first_{name}) as {name}" for name in contract.grain.fill)
    replaced = f" replace ({filled})" if filled else ""
    return f"""
        with lines as not materialized ({_canonical(work.reading, work.cleaned)}),
        places as (
            select _row_number, row_number() over (partition by {key} order by _row_number) as _line_number{firsts}
            from lines
        ),
        orders as ({_disagreements(work)})
        select lines.*{replaced}, places._line_number, orders.{contract.key[0]} is not null as _disagrees
        from lines join places using (_row_number) left join orders using ({key})
    """


def _disagreements(work: _Work) -> str:
    """SQL for the orders of which two lines say different things.

    Where the order's cells are repeated, one that says nothing disagrees as well. Lines that arrived alike agree:
    only the others are cleaned for it, and held against one another cell by cell.
    """
    contract, reading = work.contract, work.reading
    key = ", ".join(contract.key)
    names = [column.name for column in contract.columns if column.level == "order"]
    if not names:
        return f"select {key} from records where false"
    cells = [f"nullif({name}, '')" if contract.cells.clean else name for name in names]
    says = f"coalesce({', '.join(cells)}) is not null" if contract.grain.kind == "continuation" else "true"
    tests = [f"min({name}) is distinct from max({name})" for name in names]
    if contract.grain.kind == "repeated":
        tests += [f"count({name}) not in (0, count(*))" for name in names]
    as_arrived = _canonical(reading, [column for column in work.cleaned if column.name in contract.key])
    doubtful = f"""
        select rows._row_number from ({as_arrived}) as rows semi join (
            select {key} from ({as_arrived}) where _broken is null and {says}
            group by {key} having min(hash({", ".join(cells)})) <> max(hash({", ".join(cells)}))
        ) as doubtful using ({key})
    """
    doubtful_records = f"(select *, rowid from records where rowid + 1 in ({doubtful}))"
    return f"""
        select {key} from ({_canonical(reading, work.cleaned, doubtful_records)})
        where _broken is null group by {key} having {" or ".join(tests)}
    """


def _set_aside_orphans(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """An order whose first line was set aside has lost what only that line says; its other lines go with it."""
    key = ", ".join(contract.key)
    connection.execute(f"""
        update judged set _rule = 'order_incomplete', _original = to_json({{{_cells(contract)}}})
        where _rule is null and ({key}) in (select ({key}) from judged where _line_number = 1 and _rule is not null)
    """)


def _cells(contract: Contract) -> str:
    return ", ".join(f"{column.name}: {column.name}" for column in contract.columns)


def _day_order(connection: duckdb.DuckDBPyConnection, contract: Contract) -> bool | None:
    """What the dates of this file show, all together: the day first, the month first, or nothing for certain."""
    dated = [column.name for column in contract.columns if column.type in ("date", "timestamp")]
    if not contract.cells.clean or contract.cells.day_first is not None or not dated:
        return None
    day = " or ".join(f"coalesce({cleaning.is_day_first(name)}, false)" for name in dated)
    month = " or ".join(f"coalesce({cleaning.is_month_first(name)}, false)" for name in dated)
    found = connection.execute(
        f"select coalesce(bool_or({day}), false), coalesce(bool_or({month}), false) from records"
    ).fetchone()
    day_first, month_first = found if found else (False, False)
    return None if day_first == month_first else bool(day_first)


def _masked(connection: duckdb.DuckDBPyConnection, contract: Contract) -> list[tuple[str, str, int]]:
    names = [column.name for column in contract.columns if column.masked]
    if not names:
        return []
    counts = ", ".join(f"count(*) filter ({cleaning.is_masked(name)})" for name in names)
    found = connection.execute(f"select {counts} from records").fetchone() or ()
    return [("masked", name, int(cells)) for name, cells in zip(names, found, strict=True) if cells]
