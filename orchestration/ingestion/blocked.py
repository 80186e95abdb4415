"""Why a feed was not let in, in sentences for people: which file, which rule, how many rows, and the cure.

Counts, rules, columns and names of files; never a cell. The check itself is `orchestration/door.py`.
"""

import re
from collections.abc import Iterable, Sequence

import duckdb

from orchestration.ingestion.contracts import Contract

MOST_LINES = 10
ASIDE = "quarantined_share"
# What a measure of `profile.py` means when its expectation is broken.
MEASURES = {
    ASIDE: "too large a share of its rows was set aside",
    "row_count": "too few rows came",
    "missing_share": "too many cells of {column} are empty",
    "days_after_delivery": "{column} holds dates after the day of the delivery",
    "earliest_year": "{column} holds a date that is too early to be true",
    "min": "{column} holds a number that is too small",
    "max": "{column} holds a number that is too large",
    "matching_share": "too many cells of {column} do not look like what they should be",
}


def why_blocked(
    connection: duckdb.DuckDBPyConnection, contract: Contract, run_id: str, broken: Sequence[str]
) -> list[str]:
    """What a run found wrong with a feed, a sentence a line. `broken` are the names of the failed expectations."""
    measures = list(dict.fromkeys(_measure(name) for name in broken))
    lines = [f"{contract.name} was not let in: {'; '.join(map(_told, measures))}."]
    rules = _rules_broken(connection, contract, run_id) if ASIDE in measures else []
    lines += [line for _, line in rules[:MOST_LINES]]
    if len(rules) > MOST_LINES:
        lines.append(f"and {len(rules) - MOST_LINES} more: crm quarantine list")
    place = f"data/contracts/{contract.name}.yml"
    if rules:
        return [
            *lines,
            f"The rows as they came: crm quarantine show {rules[0][0]}",
            f"Have {contract.owner} put a right export in its place, or let {place} allow it; then run again.",
        ]
    return [
        *lines,
        f"Have {contract.owner} put a right export in its place, or change what is expected of it (module "
        f"raw_{contract.system}_{contract.feed} in expectations/suites, or {place}); then run again.",
    ]


def why_unbalanced(contract: Contract, files: Iterable[str]) -> str:
    """What to say of deliveries whose rows do not add up, which no export can bring about."""
    return (
        f"{contract.name}: rows read are not rows loaded + quarantined + duplicate in {', '.join(files)}. "
        "That is a fault of this program; nothing was published. The originals are in the archive."
    )


def _rules_broken(connection: duckdb.DuckDBPyConnection, contract: Contract, run_id: str) -> list[tuple[str, str]]:
    """(file id, sentence) for each file and rule of this run, what concerns most rows first."""
    found = connection.execute(
        """
        select file_id, file_name, delivery_date, rule, column_name, any_value(reason), count(*) as broken, rows_read,
            min(row_number)
        from ops.quarantine join ops.row_conservation using (file_id, delivery_date)
        where source_system = ? and feed = ? and run_id = ? and row_number is not null
        group by file_id, file_name, delivery_date, rule, column_name, rows_read
        order by broken desc, delivery_date, file_name, rule, column_name
        """,
        [contract.system, contract.feed, run_id],
    ).fetchall()
    return [
        (
            file_id,
            f"{name} of {day}: {broken:,} of {read:,} rows{f' ({column})' if column else ''}, first row {first}. {why}",
        )
        for file_id, name, day, _, column, why, broken, read, first in found
    ]


def _measure(expectation: str) -> str:
    """expect_column_max_to_be_between(price.max) -> price.max"""
    found = re.search(r"\(([^,)]+)", expectation)
    return found.group(1) if found else expectation


def _told(measure: str) -> str:
    column, _, kind = measure.rpartition(".")
    return MEASURES.get(kind, measure).format(column=column)
