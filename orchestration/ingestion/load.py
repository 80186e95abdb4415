"""From judged rows to the raw table: loaded, quarantined or found a duplicate, and counted where they ended.

How a file becomes rows is `reading.py`; a large clean one goes the short way of `plain.py`. Cells stay text here; dbt
staging gives them types.
"""

from dataclasses import dataclass

import duckdb

from orchestration.ingestion.contract_model import VARIED, Column, Contract
from orchestration.ingestion.reading import Reading
from orchestration.ingestion.rules import reason_of
from orchestration.ingestion.sources import Source
from orchestration.tables import count, grow


@dataclass(frozen=True)
class Counts:
    """What became of the rows of one delivery. `findings` are (what, column, cells) found out on the way."""

    rows_read: int
    rows_loaded: int
    rows_quarantined: int
    rows_duplicate: int
    unmapped: tuple[str, ...] = ()
    findings: tuple[tuple[str, str, int], ...] = ()

    @property
    def is_balanced(self) -> bool:
        return self.rows_read == self.rows_loaded + self.rows_quarantined + self.rows_duplicate


def create_raw_table(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """The raw table of a feed: every contract column as text, and where the row came from."""
    columns = {column.name: _stored(column.name in contract.key, column) for column in contract.columns}
    grow(connection, contract.relation, columns | dict(own.split(" ", 1) for own in contract.own_columns))


def _stored(is_key: bool, column: Column) -> str:
    """Text; of what hardly ever repeats, without looking for repetitions, which takes half the time of writing it."""
    is_varied = is_key or column.identifier or column.type in ("timestamp", "decimal") or column.pii != "none"
    return f"varchar{VARIED}" if is_varied else "varchar"


def load(connection: duckdb.DuckDBPyConnection, reading: Reading) -> Counts:
    """Load what `read` has just read, inside the caller's transaction, and return its counts.

    `rows_read` comes from the bytes; the other three are counted in the tables they ended in, so that a
    row lost on the way shows.
    """
    source, contract = reading.source, reading.source.contract
    loaded, quarantined = _standing(connection, source)
    chosen = "arrived"
    if not _is_all_fresh(connection, source):
        _pick_fresh(connection, source)
        chosen = "arrived join fresh using (_row_number)"
    cells = ", ".join(column.name for column in contract.columns)
    lines = ", _line_number, _order_hash" if contract.is_grouped else ""
    connection.execute(f"""
        insert into {contract.relation} by name
        select {cells}{lines}, _as_arrived, _row_hash, date '{source.delivery_date}' as _delivery_date,
            '{source.arrival.file_id}' as _file_id, _row_number + {last_row_number(connection, source)} as _row_number
        from {chosen}
    """)
    _set_aside(connection, source)
    loaded_now, quarantined_now = _standing(connection, source)
    passed_over = "where false" if chosen == "arrived" else "anti join fresh using (_row_number) where _rule is null"
    return Counts(
        reading.rows_read,
        loaded_now - loaded,
        quarantined_now - quarantined,
        count(connection, f"arrived {passed_over}"),
        tuple(source.unmapped),
        tuple(reading.findings),
    )


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Let go of what was read: the records of a large file take as much memory as the file."""
    connection.execute("drop view if exists arrived")
    for table in ("judged", "records", "fresh"):
        connection.execute(f"drop table if exists temp.{table}")


def last_row_number(connection: duckdb.DuckDBPyConnection, source: Source) -> int:
    """Rows of a day are numbered on from file to file: a corrected export of the same day comes after the first.

    Asked beforehand: a query inside the insert makes a join of it, at a tenth of its cost.
    """
    found = connection.execute(
        f"select max(_row_number) from {source.contract.relation} where _delivery_date = ?", [source.delivery_date]
    ).fetchone()
    return int(found[0] or 0) if found else 0


def _is_all_fresh(connection: duckdb.DuckDBPyConnection, source: Source) -> bool:
    """Whether it is plain at a glance that no row is broken and no row is a duplicate: every key is new.

    Saves the hash and the sort of millions of rows that nothing is known of; False only means to look closely.
    """
    contract = source.contract
    if contract.is_grouped or not contract.key or count(connection, "arrived where _rule is not null"):
        return False
    before = f"{contract.standing} where _delivery_date <= date '{source.delivery_date}'"
    return brings_only_new_keys(connection, contract, "arrived", before)


def brings_only_new_keys(connection: duckdb.DuckDBPyConnection, contract: Contract, arriving: str, before: str) -> bool:
    """Whether no key stands twice in the rows `arriving`, nor in those from `before`; False may be a mistake."""
    key = ", ".join(contract.key)
    # Eight bytes a key; two keys of one hash would only cost the closer look.
    found = connection.execute(f"select count(*) = count(distinct hash({key})) from {arriving}").fetchone()
    if found is None or not found[0]:
        return False
    if not count(connection, f"(select 1 from {before} limit 1)"):
        return True  # the first delivery of a feed, which is often its largest
    rows = f"(select {key} from {arriving}) as arriving join (select {key} from {before}) as known"
    return not count(connection, f"{rows} on {_same_key(contract)}")


def _pick_fresh(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Fill `fresh` with the numbers of the rows that are whole and not duplicates.

    A keyless row is known by all its cells: it is a duplicate when an equal one is loaded already.
    A keyed row is a duplicate when it equals the version of its key that stood before it; a value
    that changed and changed back is a change, not a duplicate. An order of several lines is one version.
    """
    contract = source.contract
    if contract.is_grouped:
        rows = _fresh_orders(source)
    elif contract.key:
        rows = _fresh_keyed(source)
    else:
        rows = _fresh_keyless(source)
    connection.execute(f"create or replace temp table fresh as {rows}")


def _fresh_keyless(source: Source) -> str:
    # A full delivery without a key stands for itself: only within its day can a row be there twice.
    same_day = f"where _delivery_date = '{source.delivery_date}'" if source.contract.delivery.kind == "full" else ""
    return f"""
        select min(_row_number) as _row_number from arrived
        where _rule is null and _row_hash not in (select _row_hash from {source.contract.standing} {same_day})
        group by _row_hash
    """


def _fresh_keyed(source: Source) -> str:
    return f"""
        select _row_number from (
            select arriving._row_number, arriving._row_hash, coalesce(
                lag(arriving._row_hash) over (partition by {_arriving(source)} order by arriving._row_number),
                known._row_hash) as _before
            from arrived as arriving left join ({_known(source, "_row_hash")}) as known on {_same_key(source.contract)}
            where arriving._rule is null
        ) where _row_hash is distinct from _before
    """


def _fresh_orders(source: Source) -> str:
    key = ", ".join(source.contract.key)
    return f"""
        select arriving._row_number, orders._order_hash from arrived as arriving join (
            select {key}, md5(string_agg(_row_hash, '' order by _row_number)) as _order_hash
            from arrived where _rule is null group by {key}
        ) as orders using ({key}) left join ({_known(source, "_order_hash")}) as known on {_same_key(source.contract)}
        where arriving._rule is null and orders._order_hash is distinct from known._order_hash
    """


def _arriving(source: Source) -> str:
    return ", ".join(f"arriving.{name}" for name in source.contract.key)


def _same_key(contract: Contract) -> str:
    """Keys are the same where every part is; a part that both leave empty is the same."""
    return " and ".join(f"arriving.{name} is not distinct from known.{name}" for name in contract.key)


def _known(source: Source, fingerprint: str) -> str:
    """SQL for the version, before this delivery, of every key that it brings; a thousand times as many may stand."""
    key = ", ".join(f"known.{name}" for name in source.contract.key)
    return f"""
        select {key}, arg_max(known.{fingerprint}, (known._delivery_date, known._row_number)) as {fingerprint}
        from {source.contract.standing} as known semi join arrived as arriving on {_same_key(source.contract)}
        where known._delivery_date <= date '{source.delivery_date}' group by {key}
    """


def _set_aside(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    connection.execute(f"""
        insert into ops.quarantine by name
        select '{source.arrival.file_id}' as file_id, date '{source.delivery_date}' as delivery_date,
            _row_number as row_number, split_part(_rule, ':', 1) as rule,
            nullif(split_part(_rule, ':', 2), '') as column_name,
            {reason_of("split_part(_rule, ':', 1)")} as reason, _original as original
        from arrived where _rule is not null
    """)


def _standing(connection: duckdb.DuckDBPyConnection, source: Source) -> tuple[int, int]:
    """Rows loaded and rows quarantined that the tables hold of this content of this day, under whatever file name."""
    file_id, day = source.arrival.file_id, source.delivery_date
    return (
        count(connection, f"{source.contract.relation} where _file_id = '{file_id}' and _delivery_date = '{day}'"),
        count(connection, f"ops.quarantine where file_id = '{file_id}' and delivery_date = '{day}'"),
    )
