"""From the records of a file to rows in canonical spelling, each with its hash and the first rule it breaks.

Records come as the temporary table `records` (cells as they arrived, `_broken`, `_original`), in the order of the
file; rows go into the temporary table `arrived`. What is loaded of them is decided in `load.py`.
"""

import duckdb

from orchestration.ingestion import cleaning
from orchestration.ingestion.contract_model import Column, Contract
from orchestration.ingestion.rules import first_broken


def judge(connection: duckdb.DuckDBPyConnection, contract: Contract) -> list[tuple[str, str, int]]:
    """Fill `arrived`; returns what was found out on the way, as (finding, column, cells)."""
    reading = cleaning.Reading(contract, _day_order(connection, contract))
    cleaned = _to_be_cleaned(connection, reading)
    # The steps are few and wide: planning them over and over cost more than running them ever gains.
    connection.execute("pragma disable_optimizer")
    try:
        connection.execute(f"create or replace temp table arrived as {_judged(reading, cleaned)}")
    finally:
        connection.execute("pragma enable_optimizer")
    if contract.grain.kind == "continuation":
        _set_aside_orphans(connection, contract)
    findings = list(_masked(connection, contract))
    if reading.day_first is not None:
        findings.append(("day_first" if reading.day_first else "month_first", "", 0))
    connection.execute("drop table records")
    return findings


def _to_be_cleaned(connection: duckdb.DuckDBPyConnection, reading: cleaning.Reading) -> list[Column]:
    """The columns in which this file has a cell that is not in its canonical spelling: mostly few."""
    asked = [
        (column, condition)
        for column in reading.contract.columns
        if (condition := cleaning.needs_cleaning(column, reading)) is not None
    ]
    if not asked:
        return []
    tests = ", ".join(f"coalesce(bool_or({condition}), false)" for _, condition in asked)
    found = connection.execute(f"select {tests} from records").fetchone() or ()
    return [column for (column, _), is_needed in zip(asked, found, strict=True) if is_needed]


def _judged(reading: cleaning.Reading, cleaned: list[Column]) -> str:
    contract = reading.contract
    rows = _canonical(reading, cleaned)
    if contract.is_grouped:
        rows = _lined(contract, rows)
    names = [column.name for column in contract.columns]
    hashed = [f"coalesce({c.name}, _raw_{c.name})" if c in cleaned else c.name for c in contract.columns]
    own = ["_row_number", "_line_number"] if contract.is_grouped else ["_row_number"]
    as_arrived = ", ".join(f"{c.name}: {_raw(c, cleaned)}" for c in contract.columns)
    return f"""
        select {", ".join([*names, *own])}, _as_arrived, _row_hash, _rule,
            case when _rule is not null then coalesce(_original, to_json({{{as_arrived}}})::varchar) end as _original
        from (
            select *, {_changed(cleaned)} as _as_arrived, md5(to_json([{", ".join(hashed)}])) as _row_hash,
                {first_broken(contract)} as _rule
            from ({rows})
        )
    """


def _canonical(reading: cleaning.Reading, cleaned: list[Column]) -> str:
    """Records in canonical spelling; beside each cleaned cell stands `_raw_<column>`, the cell as it arrived."""
    rows = "select *, rowid + 1 as _row_number from records"
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


def _raw(column: Column, cleaned: list[Column]) -> str:
    return f"_raw_{column.name}" if column in cleaned else column.name


def _changed(cleaned: list[Column]) -> str:
    """SQL for the cells that cleaning has changed, as they arrived: a JSON object, or null when none was."""
    if not cleaned:
        return "cast(null as varchar)"
    any_changed = " or ".join(f"{c.name} is distinct from _raw_{c.name}" for c in cleaned)
    pairs = ", ".join(f"{{'k': '{c.name}', 'v': _raw_{c.name}, 'now': {c.name}}}" for c in cleaned)
    changed = f"list_filter([{pairs}], lambda _one: _one.v is distinct from _one.now)"
    return f"""case when {any_changed} then cast(to_json(map_from_entries(
        list_transform({changed}, lambda _one: struct_pack(k := _one.k, v := _one.v)))) as varchar) end"""


def _lined(contract: Contract, rows: str) -> str:
    """Rows of an order, numbered, with what identifies the order carried down, and whether they agree."""
    key = ", ".join(contract.key)
    filled = ", ".join(
        f"coalesce({name}, first_value({name}) over (partition by {key} order by _row_number)) as {name}"
        for name in contract.grain.fill
    )
    replaced = f" replace ({filled})" if filled else ""
    return f"""
        with lines as materialized ({rows}),
        orders as (
            select {key}, {_disagreement(contract)} as _order_disagrees from lines where _broken is null group by {key}
        )
        select lines.*{replaced}, row_number() over (partition by {key} order by _row_number) as _line_number,
            coalesce(_order_disagrees, false) as _disagrees
        from lines left join orders using ({key})
    """


def _disagreement(contract: Contract) -> str:
    """SQL condition over the lines of an order: two of them say different things of the order.

    Where the order's cells are repeated, one that says nothing disagrees as well.
    """
    names = [column.name for column in contract.columns if column.level == "order"]
    tests = [f"min({name}) is distinct from max({name})" for name in names]
    if contract.grain.kind == "repeated":
        tests += [f"count({name}) not in (0, count(*))" for name in names]
    return " or ".join(tests) or "false"


def _set_aside_orphans(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """An order whose first line was set aside has lost what only that line says; its other lines go with it."""
    key = ", ".join(contract.key)
    connection.execute(f"""
        update arrived set _rule = 'order_incomplete', _original = to_json({{{_cells(contract)}}})
        where _rule is null and ({key}) in (select ({key}) from arrived where _line_number = 1 and _rule is not null)
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
