"""From one file to rows: read, judged, and loaded, quarantined or found a duplicate.

The fast way lets DuckDB read the file and then holds it to the line count that `arrival.py` took from
the bytes. Only when the two disagree, or DuckDB refuses, the slow way of `records.py` isolates the damage. Cells stay
text here; dbt staging gives them types.
"""

from dataclasses import dataclass, field

import duckdb

from orchestration.ingestion.contract_model import Contract
from orchestration.ingestion.judging import judge
from orchestration.ingestion.records import batches
from orchestration.ingestion.rules import reason_of
from orchestration.ingestion.sources import RefusedFileError, Source


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


@dataclass(frozen=True)
class Reading:
    """A file whose rows stand, judged, in the temporary table `arrived`. `rows_read` is what its bytes say."""

    source: Source
    rows_read: int
    findings: list[tuple[str, str, int]] = field(default_factory=list)


def create_raw_table(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """The raw table of a feed: every contract column as text, and where the row came from."""
    schema = contract.relation.partition(".")[0]
    columns = [f"{column.name} varchar" for column in contract.columns] + list(contract.own_columns)
    connection.execute(f"create schema if not exists {schema}")
    connection.execute(f"create table if not exists {contract.relation} ({', '.join(columns)})")
    # Asked first: seven hundred columns that are all there would cost every run more than all feeds without news.
    found = connection.execute(f"select * from {contract.relation} limit 0").description or []
    standing = {name for name, *_ in found}
    for column in columns:
        if column.partition(" ")[0] not in standing:
            connection.execute(f"alter table {contract.relation} add column {column}")


def read(connection: duckdb.DuckDBPyConnection, source: Source) -> Reading:
    """Read and judge the rows of one file, outside of any transaction: an error of the fast reader would end it.

    Raises:
        RefusedFileError: the file must be quarantined whole.
    """
    rows = None
    if source.may_be_read_fast:
        try:
            rows = read_fast(connection, source)
        except duckdb.Error:
            rows = None  # not lost: the slow way below reads the same file and says what is wrong
    if rows is None and source.is_parquet:
        raise RefusedFileError("It is a damaged Parquet file: its rows are not what its own footer says.")
    if rows is None:
        rows = read_slowly(connection, source)
    return Reading(source, rows, judge(connection, source))


def read_fast(connection: duckdb.DuckDBPyConnection, source: Source) -> int | None:
    """Let DuckDB read into `records`, then hold it to the bytes: lines = header + rows + line breaks inside cells.

    None when the sum does not come out; then a quote swallowed rows, or lines were passed over. Tables keep the
    order of the file, so a row's place in `records` is its place there.
    """
    connection.execute(f"""
        create or replace temp table records as
        select {source.named_cells}, {source.broken} as _broken, cast(null as varchar) as _original from {source.scan}
    """)
    rows = _count(connection, "records")
    if source.is_parquet:
        return rows if rows == _parquet_rows(source) else None
    if source.is_json:
        return rows if rows == source.arrival.lines else None
    inside = source.arrival.lines - 1 - sum(cell.count("\n") for cell in source.header) - rows
    if inside == 0:
        return rows
    breaks, spans = f"coalesce(sum({source.line_breaks}), 0)", f"coalesce(bool_or({source.may_span_rows}), false)"
    counted = connection.execute(f"select {breaks}, {spans} from {source.scan}").fetchone()
    return rows if counted == (inside, False) else None


def _parquet_rows(source: Source) -> int:
    """What the file's own footer says, read by another library than the one that reads the rows."""
    import pyarrow.parquet as pq

    return int(pq.read_metadata(source.text).num_rows)


def read_slowly(connection: duckdb.DuckDBPyConnection, source: Source) -> int:
    columns = ", ".join(f"{column.name} varchar" for column in source.contract.columns)
    connection.execute(f"create or replace temp table records ({columns}, _broken varchar, _original varchar)")
    rows = 0
    for batch in batches(source):
        rows += batch.num_rows
        connection.register("batch", batch)
        connection.execute("insert into records by name select * from batch")
        connection.unregister("batch")
    return rows


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
            '{source.arrival.file_id}' as _file_id, _row_number + {_last_row_number(connection, source)} as _row_number
        from {chosen}
    """)
    _set_aside(connection, source)
    loaded_now, quarantined_now = _standing(connection, source)
    passed_over = "where false" if chosen == "arrived" else "anti join fresh using (_row_number) where _rule is null"
    return Counts(
        reading.rows_read,
        loaded_now - loaded,
        quarantined_now - quarantined,
        _count(connection, f"arrived {passed_over}"),
        tuple(source.unmapped),
        tuple(reading.findings),
    )


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Let go of what was read: the records of a large file take as much memory as the file."""
    connection.execute("drop view if exists arrived")
    for table in ("judged", "records", "fresh"):
        connection.execute(f"drop table if exists temp.{table}")


def _last_row_number(connection: duckdb.DuckDBPyConnection, source: Source) -> int:
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
    if contract.is_grouped or not contract.key or _count(connection, "arrived where _rule is not null"):
        return False
    key = ", ".join(contract.key)
    # Eight bytes a key; two keys of one hash would only cost the closer look.
    found = connection.execute(f"select count(*) = count(distinct hash({key})) from arrived").fetchone()
    if found is None or not found[0]:
        return False
    same = " and ".join(f"arrived.{name} is not distinct from known.{name}" for name in contract.key)
    known = f"{contract.standing} as known where known._delivery_date <= date '{source.delivery_date}'"
    return not _count(connection, f"(select {key} from arrived) as arrived join (from {known}) as known on {same}")


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
            from arrived as arriving left join ({_known(source, "_row_hash")}) as known on {_same_key(source)}
            where arriving._rule is null
        ) where _row_hash is distinct from _before
    """


def _fresh_orders(source: Source) -> str:
    key = ", ".join(source.contract.key)
    return f"""
        select arriving._row_number, orders._order_hash from arrived as arriving join (
            select {key}, md5(string_agg(_row_hash, '' order by _row_number)) as _order_hash
            from arrived where _rule is null group by {key}
        ) as orders using ({key}) left join ({_known(source, "_order_hash")}) as known on {_same_key(source)}
        where arriving._rule is null and orders._order_hash is distinct from known._order_hash
    """


def _arriving(source: Source) -> str:
    return ", ".join(f"arriving.{name}" for name in source.contract.key)


def _same_key(source: Source) -> str:
    """Keys are the same where every part is; a part that both leave empty is the same."""
    return " and ".join(f"arriving.{name} is not distinct from known.{name}" for name in source.contract.key)


def _known(source: Source, fingerprint: str) -> str:
    """SQL for the version of every key that stood before this delivery."""
    key = ", ".join(source.contract.key)
    return f"""
        select {key}, arg_max({fingerprint}, (_delivery_date, _row_number)) as {fingerprint}
        from {source.contract.standing} where _delivery_date <= date '{source.delivery_date}' group by {key}
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
        _count(connection, f"{source.contract.relation} where _file_id = '{file_id}' and _delivery_date = '{day}'"),
        _count(connection, f"ops.quarantine where file_id = '{file_id}' and delivery_date = '{day}'"),
    )


def _count(connection: duckdb.DuckDBPyConnection, rows: str) -> int:
    found = connection.execute(f"select count(*) from {rows}").fetchone()
    return int(found[0]) if found else 0
